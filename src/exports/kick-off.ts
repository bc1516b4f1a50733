import { randomBytes } from "node:crypto";
import { type Caller, serverCaller } from "../access/caller.ts";
import { Failure } from "../fhir/failure.ts";
import { parseJson } from "../fhir/json.ts";
import { type Asker, countExports, insertExport, type Standing } from "../store/exports/exports.ts";
import { usersOfPatients } from "../store/exports/members.ts";
import { readResource } from "../store/resources.ts";
import type { ExportRequest } from "./export-request.ts";
import { groupMembers } from "./group-members.ts";
import type { ExportParts } from "./parts.ts";

/** Whose exports a caller's are: a person's by which app and grant, or an app's. */
export function askerOf({ actor, app }: Caller): Asker {
	return { actor, grantId: app?.grant ?? null };
}

/**
 * Writes down what is asked for and has it done (Bulk Data Access 2, “Kick-off Request”).
 *
 * @param address - the address it was asked at
 * @returns the name of the export, which nobody can guess
 * @throws Failure not-found, forbidden - a Group the caller may not see; invalid - Patients they may not see, or who are no members;
 * too-many-requests
 */
export async function kickOff(
	parts: ExportParts,
	caller: Caller,
	standing: Standing,
	request: ExportRequest,
	address: string,
): Promise<string> {
	await checkPeople(parts, caller, request);
	const id = randomBytes(16).toString("hex");
	const asker = askerOf(caller);
	await parts.database.write(serverCaller, async (tx) => {
		const { underway, kept, seconds } = await countExports(tx, asker);
		if (underway >= parts.mostUnderway) {
			const message = `${underway} exports are under way already; wait for one, or delete it at its status address`;
			throw new Failure("too-many-requests", message, { retryAfterSeconds: 30 });
		}
		if (kept >= parts.mostKept) {
			const message = `${kept} exports are kept; delete those that are not needed any more at their status address`;
			throw new Failure("too-many-requests", message, { retryAfterSeconds: Math.max(1, seconds) });
		}
		const { keepSeconds } = parts;
		await insertExport(tx, { id, ...asker, standing, request: JSON.stringify(request), address, keepSeconds });
		parts.note(tx, { caller, action: "export", target: targetOf(request), returned: [], patients: [] });
		await parts.addRun(tx, id);
	});
	return id;
}

function targetOf({ level, group }: ExportRequest): string {
	return level === "group" ? `Group/${group}` : level === "patient" ? "Patient" : "system";
}

async function checkPeople({ database }: ExportParts, caller: Caller, request: ExportRequest): Promise<void> {
	const { group, patients } = request;
	await database.read(caller, async (tx) => {
		const members =
			group === undefined ? undefined : groupMembers(parseJson((await readResource(tx, "Group", group)).text));
		if (patients === undefined) return;
		const seen = await usersOfPatients(tx, patients);
		const wrong = patients.filter((id) => !seen.has(id) || members?.includes(id) === false);
		if (wrong.length === 0) return;
		const where = members === undefined ? "is not known" : `is not a member of Group/${group}`;
		throw new Failure(
			"invalid",
			wrong.slice(0, 20).map((id) => ({ code: "not-found", diagnostics: `patient: Patient/${id} ${where}` })),
		);
	});
}
