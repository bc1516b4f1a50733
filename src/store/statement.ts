import {
	DummyDriver,
	Kysely,
	PostgresAdapter,
	PostgresIntrospector,
	PostgresQueryCompiler,
	type RawBuilder,
	sql,
} from "kysely";
import type pg from "pg";
import type { Sql } from "../mapping/unit.ts";
import { statementName } from "./statement-names.ts";

/** Composes SQL; runs none. */
const composer = new Kysely<unknown>({
	dialect: {
		createAdapter: () => new PostgresAdapter(),
		createDriver: () => new DummyDriver(),
		createIntrospector: (db) => new PostgresIntrospector(db),
		createQueryCompiler: () => new PostgresQueryCompiler(),
	},
});

/** A statement as it goes to Postgres. */
export interface Composed<Row> {
	readonly text: string;
	readonly values: readonly unknown[];
	/** Only for the compiler: what a row is. */
	readonly row?: Row;
}

/** A statement, composed already or not. */
export type Statement<Row> = RawBuilder<Row> | Composed<Row>;

/** Composes a fragment, for statements that are used again. */
export function compose<Row>(fragment: RawBuilder<Row>): Composed<Row> {
	const { sql: text, parameters: values } = fragment.compile(composer);
	return { text, values };
}

/** Stands for a value that is not known yet. */
class Place {
	readonly name: string;
	constructor(name: string) {
		this.name = name;
	}
}

/**
 * A statement composed once, for values that differ from use to use: composing takes longer than many statements run.
 *
 * @param build - is given what stands for a value, by its name
 */
export function template<Row, Name extends string>(
	build: (place: (name: Name) => unknown) => RawBuilder<Row>,
): (values: Readonly<Record<Name, unknown>>) => Composed<Row> {
	const { text, values: composed } = compose(build((name) => new Place(name)));
	return (values) => ({
		text,
		values: composed.map((one) => (one instanceof Place ? values[one.name as Name] : one)),
	});
}

/**
 * A list of which the planner does not see how long it is: of short ones it would make a plan of their own each time, which takes several
 * times as long as finding a row.
 *
 * @param type - of its items, as SQL has it
 */
export function unsized(items: unknown, type: "int" | "text"): Sql {
	const array = sql.raw(`${type}[]`);
	return sql`(select ${items}::${array})::${array}`;
}

/** What `pg` is asked: under a name, so that each connection prepares it once, where the text is used again. */
export function asQuery(statement: Statement<unknown>): pg.QueryConfig {
	const { text, values } = "text" in statement ? statement : compose(statement);
	const name = statementName(text);
	return name === undefined ? { text, values: values as unknown[] } : { name, text, values: values as unknown[] };
}
