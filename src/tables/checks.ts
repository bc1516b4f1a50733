/** A named check constraint as MikroORM takes it. */
export interface Check {
	readonly name: string;
	readonly expression: string;
}

/** `<table>_<column>_check` with an expression of the table's own columns; null passes, as in SQL. */
export function check(table: string, column: string, expression: string): Check {
	return { name: `${table}_${column}_check`, expression };
}

/** The column lies between two values, both included. */
export function between(table: string, column: string, low: number | string, high: number | string): Check {
	return check(table, column, `${column} >= ${low} and ${column} <= ${high}`);
}

/** The column is not below a value. */
export function atLeast(table: string, column: string, low: number | string): Check {
	return check(table, column, `${column} >= ${low}`);
}

/** A number as PostgreSQL writes it beside a `double precision` column, so that entities and database compare as equal. */
export function double(value: number): string {
	return `'${value}'::double precision`;
}
