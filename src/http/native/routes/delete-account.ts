import type { FastifyInstance } from "fastify";
import { serverCaller } from "../../../access/caller.ts";
import { Failure } from "../../../fhir/failure.ts";
import { anonymiseAccount } from "../../../native/anonymise-account.ts";
import type { Database } from "../../../store/database.ts";
import { refuseOtherMethods } from "../../plugins/refuse-methods.ts";
import { arrayOf, object, type Schema } from "../schema/json-schema.ts";
import { routeSchema } from "../schema/route-schema.ts";
import { rowId } from "../schema/values.ts";
import type { PasswordServices } from "./passwords.ts";

/** What deleting an account needs. */
export interface DeletionServices extends PasswordServices {
	readonly database: Database;
}

/** `DELETE /api/users/account`. */
export function registerAccountDeletion(app: FastifyInstance, services: DeletionServices): void {
	const { database, accessLog, passwordChanges } = services;
	const url = "/api/users/account";

	app.delete(url, { schema }, async (request) => {
		const caller = await request.caller();
		const { password } = request.body as { password: string };
		const account = await passwordChanges.confirm(caller.userId, password, request.ip, "password");
		// As the system: of what is done here, a person alone may do nothing.
		const done = await database.write(serverCaller, async (tx) => {
			const anonymised = await anonymiseAccount(tx, caller.userId, account.password);
			if (anonymised === undefined)
				throw new Failure("forbidden", "The password was changed just now", { expression: "password" });
			accessLog.include(tx, {
				caller,
				action: "delete",
				target: "users/account",
				returned: [`users/${caller.userId}`],
				patients: [caller.userId],
				outcome: "success",
			});
			return anonymised;
		});
		return { userId: caller.userId, ...done, anonymised, kept };
	});

	refuseOtherMethods(app, url, ["DELETE"]);
}

const anonymised = [
	"the account: address, name, telephone numbers, emergency contact, doctor, photo, password",
	"patient profiles: names, addresses, telephone numbers, contacts, insurance, pharmacy, occupation; of the day of birth the year stays",
	"ways to reach the providers",
	"FHIR resources: names, telecoms, addresses, photos, contacts, narratives, labels of references to persons",
	"the person's own words (names, addresses, numbers) wherever they stand in texts",
	"all of this in every past version, too",
];
const kept = [
	"clinical rows and resources with their history, which nobody can tell are this person's",
	"the access log: who did what and when, by number",
];

const count: Schema = { type: "integer", minimum: 0, examples: [1] };
const schema = routeSchema({
	operationId: "deleteOwnAccount",
	tag: "users",
	summary: "Delete one's own account",
	description: [
		"What says whose the data are is taken out of all of them, their past included; what is clinical stays for as long as the operator keeps it.",
		"Every session, app, calendar feed and device ends. It cannot be undone. Therapists give their patients to others first.",
	].join(" "),
	body: object(
		{ password: { type: "string", maxLength: 1000, examples: ["heart-demo-2026"] } },
		{ title: "AccountDeletion" },
	),
	answers: {
		200: {
			description: "It is done; what it was",
			...object(
				{
					userId: rowId,
					patients: { ...count, description: "Patient profiles" },
					contacts: { ...count, description: "Providers" },
					resources: { ...count, description: "FHIR resources that had a body of their own" },
					revoked: object(
						{ sessions: count, apps: count, calendarFeeds: count, devices: count },
						{ title: "Revoked", description: "What ended" },
					),
					anonymised: arrayOf({ type: "string", examples: anonymised }, "What was taken out"),
					kept: arrayOf({ type: "string", examples: kept }, "What stays"),
				},
				{ title: "AccountDeleted" },
			),
		},
	},
	failures: {
		403: "The password is wrong",
		409: "Patients or administrators would be left with nobody",
		429: "Too many failed attempts; see Retry-After",
	},
});
