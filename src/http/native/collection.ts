import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Caller } from "../../access/caller.ts";
import { requireRight } from "../../access/may.ts";
import type { Operation } from "../../access/rights.ts";
import type { AccessEntry, AccessLog } from "../../audit/access-log.ts";
import { Failure } from "../../fhir/failure.ts";
import { editRows } from "../../store/change/edit-rows.ts";
import type { Database, Transaction } from "../../store/database.ts";
import { listRows } from "../../store/list-rows.ts";
import { deleteRows, insertRows, type RowValues, requireRow } from "../../store/rows.ts";
import { tableName } from "../../tables/columns.ts";
import { refuseOtherMethods } from "../plugins/refuse-methods.ts";
import { checkDeletion, type DeriveTools, deriveForWrite } from "./derive.ts";
import type { Collection } from "./descriptor.ts";
import { checkIfMatch, etag, isKnown } from "./etag.ts";
import { type ListParameters, listQuery, writeCursor } from "./list-query.ts";
import { located, locatedRow } from "./located.ts";
import { checkReferences, peopleOf, withOwner } from "./ownership.ts";
import { collectionSchemas } from "./schema/collection-schemas.ts";
import { toldByProperty } from "./told.ts";
import { presentText, valuesToInsert, valuesToUpdate } from "./values.ts";

/** What the native routes are made of. */
export interface NativeServices extends DeriveTools {
	readonly database: Database;
	readonly accessLog: AccessLog;
}

/** Puts one collection under /api: its list, and each row. */
export function registerCollection(app: FastifyInstance, services: NativeServices, collection: Collection): void {
	const url = `/api/${collection.path}`;
	const { entity } = collection;
	const table = tableName(entity);
	const schemas = collectionSchemas(collection);

	app.get(url, { schema: schemas.list }, async (request, reply) => {
		const caller = await request.caller();
		requireRight(caller, table, "read");
		const { body, entry } = await pageOf(services, collection, caller, request.query as ListParameters);
		return services.accessLog.record(entry).then(() => sendJson(reply, body));
	});

	if (collection.addedElsewhere !== true) {
		app.post(url, { schema: schemas.create }, async (request, reply) => {
			const caller = await request.caller();
			requireRight(caller, table, "create");
			const row = await writeRow(services, request, collection, "create", async (tx) => {
				const given = withOwner(collection, tx, valuesToInsert(collection, caller, request.body as RowValues));
				const values = await deriveForWrite(collection, tx, given, undefined, services);
				await checkReferences(collection, tx, values, values);
				return (await insertRows(tx, entity, [values]))[0] as RowValues;
			});
			reply.code(201).header("location", `${url}/${row.id}`).header("etag", etag(row.version));
			return sendJson(reply, presentText(collection, row, services));
		});
	}

	app.get(`${url}/:id`, { schema: schemas.read }, async (request, reply) => {
		const caller = await request.caller();
		const { row, entry } = await services.database.read(caller, async (tx) => {
			const row = await locatedRow(tx, collection, await requireRow(tx, entity, idOf(request)));
			return { row, entry: await entryOf(tx, collection, "read", [row]) };
		});
		requireRight(caller, table, "read");
		await services.accessLog.record(entry);
		reply.header("etag", etag(row.version));
		const { movesUnversioned = false } = collection;
		if (!movesUnversioned && isKnown(request.headers["if-none-match"], row.version)) return reply.code(304).send();
		return sendJson(reply, presentText(collection, row, services));
	});

	for (const method of collection.changedElsewhere ? [] : (["PUT", "PATCH"] as const)) {
		const schema = method === "PUT" ? schemas.replace : schemas.patch;
		app.route({
			method,
			url: `${url}/:id`,
			schema,
			handler: async (request, reply) => {
				const caller = await request.caller();
				const row = await writeRow(services, request, collection, "update", async (tx) => {
					const before = await rowToChange(collection, tx, request, "update");
					const given = valuesToUpdate(
						collection,
						caller,
						request.body as RowValues,
						before,
						method === "PUT",
						services,
					);
					const changes = await deriveForWrite(collection, tx, given, before, services);
					await checkReferences(collection, tx, changes, before);
					const [after] = await editRows(tx, entity, [{ id: idOf(request), changes }]);
					if (after === undefined) throw new Failure("forbidden", "This would take the row out of your sight");
					return after;
				});
				reply.header("etag", etag(row.version));
				return sendJson(reply, presentText(collection, row, services));
			},
		});
	}

	if (!collection.changedElsewhere)
		app.delete(`${url}/:id`, { schema: schemas.remove }, async (request, reply) => {
			await writeRow(services, request, collection, "delete", async (tx) => {
				const before = await rowToChange(collection, tx, request, "delete");
				await checkDeletion(collection, tx, before);
				await deleteRows(tx, entity, [idOf(request)]);
				return before;
			});
			return reply.code(204).send();
		});

	refuseOtherMethods(app, url, ["GET", "POST"]);
	refuseOtherMethods(app, `${url}/:id`, ["GET", "PUT", "PATCH", "DELETE"]);
}

/** A write of one row, with its entry in the access log. */
export async function writeRow(
	{ database, accessLog }: NativeServices,
	request: FastifyRequest,
	collection: Collection,
	action: Exclude<Operation, "read">,
	work: (tx: Transaction) => Promise<RowValues>,
): Promise<RowValues> {
	const caller = await request.caller();
	return toldByProperty(collection, () =>
		database.write(caller, async (tx) => {
			const row = await locatedRow(tx, collection, await work(tx));
			accessLog.include(tx, await entryOf(tx, collection, action, [row]));
			return row;
		}),
	);
}

/**
 * A page as it is sent, and what the access log says of it. A function of its own, so that nothing else of it is in memory while that is
 * written: what the garbage collector would copy meanwhile is let go, and of the text only its bytes are kept.
 */
async function pageOf(
	services: NativeServices,
	collection: Collection,
	caller: Caller,
	parameters: ListParameters,
): Promise<{ body: Buffer; entry: AccessEntry }> {
	const { entity } = collection;
	const query = listQuery(collection, parameters);
	const page = await services.database.read(caller, async (tx) => {
		const { rows, next } = await listRows(tx, entity, query);
		const entry = await entryOf(tx, collection, "search", rows);
		return { rows: await located(tx, collection, rows), next, entry };
	});
	const data = page.rows.map((row) => presentText(collection, row, services));
	const nextCursor = page.next === undefined ? null : writeCursor(collection, query, page.next);
	const body = Buffer.from(`{"data":[${data.join(",")}],"nextCursor":${JSON.stringify(nextCursor)}}`);
	return { body, entry: page.entry };
}

/** The row a request wants to change, locked; first whether it may be seen, then whether it may be changed, then If-Match. */
export async function rowToChange(
	collection: Collection,
	tx: Transaction,
	request: FastifyRequest,
	operation: Operation,
): Promise<RowValues> {
	const id = idOf(request);
	requireRight(tx.caller, tableName(collection.entity), operation, await requireRow(tx, collection.entity, id));
	const row = await requireRow(tx, collection.entity, id, true);
	checkIfMatch(request.headers["if-match"], row.version);
	return locatedRow(tx, collection, row);
}

function idOf(request: FastifyRequest): number {
	return (request.params as { id: number }).id;
}

async function entryOf(
	tx: Transaction,
	collection: Collection,
	action: string,
	rows: readonly RowValues[],
): Promise<AccessEntry> {
	const names = rows.map((row) => `${collection.path}/${row.id}`);
	return {
		caller: tx.caller,
		action,
		target: action === "search" || action === "create" ? collection.path : (names[0] ?? collection.path),
		returned: names,
		patients: await peopleOf(tx, collection, rows),
		outcome: "success",
	};
}

/** JSON text as it is: to be made into text by its schema it would have to be made into objects first. */
function sendJson(reply: FastifyReply, text: string | Buffer): FastifyReply {
	return reply.type("application/json; charset=utf-8").send(text);
}
