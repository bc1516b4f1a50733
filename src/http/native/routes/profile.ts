import type { FastifyInstance } from "fastify";
import { editRows } from "../../../store/change/edit-rows.ts";
import { type RowValues, requireRow } from "../../../store/rows.ts";
import { Users } from "../../../tables/users.ts";
import { refuseOtherMethods } from "../../plugins/refuse-methods.ts";
import type { NativeServices } from "../collection.ts";
import { users } from "../collections/users.ts";
import { checkIfMatch, etag } from "../etag.ts";
import { nullable, object, type Properties } from "../schema/json-schema.ts";
import { routeSchema } from "../schema/route-schema.ts";
import { rowSchema } from "../schema/row-schemas.ts";
import { text, timeZone } from "../schema/values.ts";
import { toldByProperty } from "../told.ts";
import { present, valuesToUpdate } from "../values.ts";

/** `/api/users/profile`: the account of who is signed in. */
export function registerProfile(app: FastifyInstance, services: NativeServices): void {
	const url = "/api/users/profile";
	const entry = (userId: number) => ({
		target: "users/profile",
		returned: [`users/${userId}`],
		patients: [userId],
		outcome: "success" as const,
	});

	app.get(url, { schema: schemas.read }, async (request, reply) => {
		const caller = await request.caller();
		const row = await services.database.read(caller, (tx) => requireRow(tx, Users, caller.userId));
		await services.accessLog.record({ caller, action: "read", ...entry(caller.userId) });
		reply.header("etag", etag(row.version));
		return present(users, row, services);
	});

	app.put(url, { schema: schemas.change }, async (request, reply) => {
		const caller = await request.caller();
		const row = await toldByProperty(users, () =>
			services.database.write(caller, async (tx) => {
				const before = await requireRow(tx, Users, caller.userId, true);
				checkIfMatch(request.headers["if-match"], before.version);
				const changes = valuesToUpdate(users, caller, request.body as RowValues, before, false, services);
				const [after] = await editRows(tx, Users, [{ id: caller.userId, changes }]);
				services.accessLog.include(tx, { caller, action: "update", ...entry(caller.userId) });
				return after ?? before;
			}),
		);
		reply.header("etag", etag(row.version));
		return present(users, row, services);
	});

	refuseOtherMethods(app, url, ["GET", "PUT"]);
}

const word = nullable(text());
const own: Properties = {
	name: { ...text(), minLength: 1, examples: ["Ada Byron"] },
	phoneNumber: word,
	emergencyContact: word,
	emergencyPhone: word,
	doctorName: word,
	doctorPhone: word,
	profilePhoto: word,
	timezone: nullable(timeZone),
};

const schemas = {
	read: routeSchema({
		operationId: "readProfile",
		tag: "users",
		summary: "One's own account",
		answers: { 200: { description: "The account", ...rowSchema(users) } },
	}),
	change: routeSchema({
		operationId: "changeProfile",
		tag: "users",
		summary: "Change one's own account",
		description:
			"What the body leaves out stays as it is. The password has a way of its own: `POST /api/auth/password`.",
		body: object(own, { title: "Profile", optional: Object.keys(own) }),
		answers: { 200: { description: "As it is now", ...rowSchema(users) } },
		failures: [409, 412],
	}),
};
