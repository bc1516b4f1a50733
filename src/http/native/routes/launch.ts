import type { FastifyInstance } from "fastify";
import type { AccessLog } from "../../../audit/access-log.ts";
import type { Launches, LaunchRequest } from "../../../auth/server/launches.ts";
import { Failure } from "../../../fhir/failure.ts";
import { refuseOtherMethods } from "../../plugins/refuse-methods.ts";
import { object } from "../schema/json-schema.ts";
import { routeSchema } from "../schema/route-schema.ts";
import { instant, rowId } from "../schema/values.ts";

/** What launching apps needs. */
export interface LaunchServices {
	readonly accessLog: AccessLog;
	readonly launches: Launches;
}

/** `POST /api/launch`: a therapist or an administrator opens an app for a patient (SMART App Launch 2.2, EHR launch). */
export function registerLaunch(app: FastifyInstance, { accessLog, launches }: LaunchServices): void {
	app.post("/api/launch", { schema }, async (request, reply) => {
		const caller = await request.caller();
		const asked = request.body as LaunchRequest;
		if (caller.personRole === "patient")
			throw new Failure("forbidden", "Only therapists and administrators launch apps");
		const { patientUserId, ...launch } = await launches.create(caller, asked);
		await accessLog.record({
			caller,
			action: "launch",
			target: `app/${asked.clientId}`,
			returned: [`patients/${asked.patient}`],
			patients: patientUserId === null ? [] : [patientUserId],
			outcome: "success",
		});
		return reply.code(201).send(launch);
	});
	refuseOtherMethods(app, "/api/launch", ["POST"]);
}

const schema = routeSchema({
	operationId: "launchApp",
	tag: "apps",
	summary: "Make a launch of an app for a patient",
	description: "It works once, for five minutes, and only for the person who made it. Open `url` in their browser.",
	body: object(
		{
			clientId: {
				type: "string",
				minLength: 1,
				maxLength: 100,
				description: "Of a registered app that can be launched",
				examples: ["demo-app"],
			},
			patient: { ...rowId, description: "patients.id" },
			encounter: {
				type: "string",
				minLength: 1,
				maxLength: 64,
				description: "Id of an Encounter of the patient on /fhir",
				examples: ["visit-1"],
			},
		},
		{ title: "LaunchRequest", optional: ["encounter"] },
	),
	answers: {
		201: {
			description: "The launch",
			...object(
				{
					launch: {
						type: "string",
						description: "The `launch` parameter of the app's authorization request",
						examples: ["tXo2…"],
					},
					url: {
						type: "string",
						description: "The app's launch address with `iss` and `launch`",
						examples: ["http://127.0.0.1:9876/launch?iss=…&launch=…"],
					},
					expiresAt: instant,
				},
				{ title: "Launch" },
			),
		},
	},
	failures: { 403: "Only therapists and administrators launch apps", 404: "There is no such patient" },
});
