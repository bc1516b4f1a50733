import t from "tap";
import { callerOf } from "../../../../src/access/caller.ts";
import type { Failure } from "../../../../src/fhir/failure.ts";
import { personAsked } from "../../../../src/http/native/person-asked.ts";
import { startTestServer } from "../../../support/server.ts";

const { database, people } = await startTestServer(t);
const patient = callerOf({ id: people.patient, role: "patient" });
const therapist = callerOf({ id: people.therapist, role: "therapist" });
const admin = callerOf({ id: people.admin, role: "admin" });

const asked = (caller: typeof patient, userId?: number) => database.read(caller, (tx) => personAsked(tx, userId));
const kind = (caller: typeof patient, userId?: number) => asked(caller, userId).catch((error: Failure) => error.kind);

t.test("whose data a request is about", async (t) => {
	t.equal(await asked(patient), people.patient, "a patient needs not say so");
	t.equal(await asked(patient, people.patient), people.patient);
	t.equal(await asked(therapist, people.patient), people.patient);
	t.equal(await asked(admin, people.other), people.other);
});

t.test("who names nobody, or somebody they may not see", async (t) => {
	t.equal(await kind(therapist), "invalid");
	t.equal(await kind(admin), "invalid");
	t.equal(await kind(therapist, people.other), "not-found");
	t.equal(await kind(admin, 987654), "not-found");
	t.equal(await kind(patient, people.other), "not-found");
	t.equal(await kind(patient, people.therapist), "not-found", "their therapist, whose account they see");
});
