import { readFileSync } from "node:fs";
import { collections } from "../../src/http/native/collections/all.ts";
import { tableName } from "../../src/tables/columns.ts";
import { filled, type Route } from "./roads.ts";
import type { Answer, Session } from "./server.ts";

interface Described {
	readonly parameters?: readonly { in: string; name: string; required?: boolean; example?: unknown }[];
	readonly requestBody?: { content: Record<string, { schema?: Schema; example?: unknown; examples?: unknown[] }> };
}
interface Schema {
	readonly $ref?: string;
	readonly examples?: unknown[];
}

const document = JSON.parse(readFileSync(new URL("../../openapi/native.json", import.meta.url), "utf8")) as {
	paths: Record<string, Record<string, Described>>;
	components: { schemas: Record<string, Schema> };
};

/** Takes a route as its document says, once about somebody's record and once about what never was; by what is asked for. */
export interface DescribedRoad {
	/** Whether it names something of the record; else it is about whoever takes it. */
	readonly namesTheRecord: boolean;
	readonly hidden: () => Promise<[Answer, string]>;
	readonly none: () => Promise<[Answer, string]>;
}

/**
 * The road of a native route that is more than a collection's: its `:id` is that of the record's row, its `userId` the record's person,
 * everything else is the document's example. Undefined for what the document does not have.
 *
 * @param rows - ids of the record by SQL name of the table
 */
export function describedRoad(
	session: Session,
	route: Route,
	rows: ReadonlyMap<string, number>,
): DescribedRoad | undefined {
	const described = document.paths[route.url.replace(/:(\w+)/g, "{$1}")]?.[route.method.toLowerCase()];
	if (described === undefined) return undefined;
	const parameters = (described.parameters ?? []).filter((one) => one.in === "query");
	const needed = parameters.filter(({ required }) => required).map(({ name, example }) => `${name}=${example}`);
	const aboutPerson = parameters.some(({ name }) => name === "userId");
	const [, before = ""] = /([^/]+)\/:id/.exec(route.url) ?? [];
	const collection = collections.find(({ path }) => path === before || path === `${before}s`);
	const id = collection && rows.get(tableName(collection.entity));
	const body = bodyOf(described);
	const take = async (row: number | undefined, person: number): Promise<[Answer, string]> => {
		const query = [...needed, ...(aboutPerson ? [`userId=${person}`] : [])].join("&");
		const path = `${filled(row === undefined ? route.url : route.url.replace(":id", String(row)))}${query === "" ? "" : `?${query}`}`;
		return [await send(session, route, path, body), `${before}/${row ?? person}`];
	};
	return {
		namesTheRecord: aboutPerson || id !== undefined,
		hidden: () => take(id, rows.get("users") as number),
		none: () => take(id === undefined ? undefined : 987654, 987654),
	};
}

function bodyOf({ requestBody }: Described): unknown {
	const [content] = Object.values(requestBody?.content ?? {});
	const { schema, example, examples } = content ?? {};
	const named =
		schema?.$ref === undefined ? schema : document.components.schemas[schema.$ref.split("/").at(-1) as string];
	return example ?? examples?.[0] ?? named?.examples?.[0] ?? {};
}

function send(session: Session, { method }: Route, path: string, body: unknown): Promise<Answer> {
	if (method === "GET") return session.get(path);
	if (method === "DELETE") return session.delete(path);
	if (method === "POST") return session.post(path, body);
	return method === "PUT" ? session.put(path, body) : session.patch(path, body);
}
