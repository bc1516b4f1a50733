import { Failure } from "../../fhir/failure.ts";
import { columnsOf, tableName } from "../../tables/columns.ts";
import type { Collection } from "./descriptor.ts";

/** Runs a write; what the database then refuses is told with the property it is about, and what refers to a row by its table. */
export async function toldByProperty<T>({ entity }: Collection, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		const { constraint, table, code } = (error instanceof Failure ? (error.detail ?? {}) : {}) as Record<
			string,
			unknown
		>;
		if (!(error instanceof Failure)) throw error;
		if (typeof table === "string" && table !== tableName(entity) && (code === "23503" || code === "23001")) {
			const message = `${table} still refers to this row`;
			throw new Failure("conflict", message, { detail: error.detail });
		}
		if (typeof constraint !== "string") throw error;
		const inName = constraint.replace(`${tableName(entity)}_`, "");
		const column = columnsOf(entity)
			.filter((one) => inName.startsWith(one.column))
			.sort((one, other) => other.column.length - one.column.length)[0];
		if (column === undefined) throw error;
		const what = error.kind === "conflict" ? error.message : `${column.property} has a value that is not allowed`;
		throw new Failure(error.kind, what, { detail: error.detail, expression: column.property });
	}
}
