import type { FastifyInstance } from "fastify";
import { Failure } from "../../../fhir/failure.ts";
import { hasRole } from "../../../store/care.ts";
import { editRows } from "../../../store/change/edit-rows.ts";
import type { Transaction } from "../../../store/database.ts";
import { type RowValues, requireRow } from "../../../store/rows.ts";
import { Patients } from "../../../tables/patients.ts";
import { refuseOtherMethods } from "../../plugins/refuse-methods.ts";
import type { AboutServices } from "../about-person.ts";
import { checkIfMatch } from "../etag.ts";
import { object } from "../schema/json-schema.ts";
import { idParams } from "../schema/parameters.ts";
import { routeSchema } from "../schema/route-schema.ts";
import { rowId } from "../schema/values.ts";

/** `POST /api/patients/:id/assign-therapist`. */
export function registerAssignTherapist(app: FastifyInstance, services: AboutServices): void {
	const url = "/api/patients/:id/assign-therapist";

	app.post(url, { schema }, async (request) => {
		const caller = await request.caller();
		const { id } = request.params as { id: number };
		const { therapistId } = request.body as { therapistId: number };
		return services.database.write(caller, async (tx) => {
			// Locked: of several at once each sees what the one before it did, and a therapist who has given the patient away sees nothing.
			const before = await requireRow(tx, Patients, id, true);
			allow(tx, before);
			checkIfMatch(request.headers["if-match"], before.version);
			if (before.therapistId !== therapistId) await assign(tx, id, therapistId);
			services.accessLog.include(tx, {
				caller,
				action: "update",
				target: `patients/${id}/assign-therapist`,
				returned: [`patients/${id}`],
				patients: typeof before.userId === "number" ? [before.userId] : [],
				outcome: "success",
			});
			return { patientId: id, therapistId, previousTherapistId: before.therapistId };
		});
	});

	refuseOtherMethods(app, url, ["POST"]);
}

/** Only an administrator and who looks after the patient now. */
function allow({ caller }: Transaction, before: RowValues): void {
	const mayAssign =
		caller.role === "system" || (caller.personRole === "therapist" && before.therapistId === caller.userId);
	if (!mayAssign) throw new Failure("forbidden", "Only the patient's therapist and administrators assign another one");
}

/** As the system: the database lets nobody else say who looks after whom (access.guard_patient), and who did no longer sees the row. */
async function assign(tx: Transaction, id: number, therapistId: number): Promise<void> {
	await tx.asSystem(async () => {
		if (!(await hasRole(tx, therapistId, "therapist"))) {
			throw new Failure("invalid", "therapistId names no therapist", { expression: "therapistId" });
		}
		await editRows(tx, Patients, [{ id, changes: { therapistId } }]);
	});
}

const schema = routeSchema({
	operationId: "assignTherapist",
	tag: "patients",
	summary: "Put a patient into another therapist's care",
	description: [
		"By an administrator or the present therapist, who sees nothing of the patient from then on; the patient's past goes along.",
		"`If-Match` with the profile's ETag keeps it from undoing what somebody else decided.",
	].join(" "),
	params: idParams,
	body: object({ therapistId: { ...rowId, description: "users.id of the therapist" } }, { title: "AssignTherapist" }),
	answers: {
		200: {
			description: "Who looks after the patient now, and who did",
			...object({ patientId: rowId, therapistId: rowId, previousTherapistId: rowId }, { title: "TherapistAssigned" }),
		},
	},
	failures: [404, 412],
});
