import type { Random } from "../../../src/seed/random.ts";
import { type Chain, current, type Ledger, newChain, type Operation, type Step, type Version } from "./ledger.ts";

/** Whom the writes are about. */
export interface Subject {
	/** patients.id */
	readonly patient: number;
	/** users.id */
	readonly user: number;
}

/** What makes up writes. */
export interface Writer {
	readonly ledger: Ledger;
	readonly random: Random;
	readonly subjects: readonly Subject[];
	/** Unique over the whole proof. */
	newToken(): string;
}

/** System of the identifiers everything is found by. */
export const tokenSystem = "urn:heart:proof";

/** Some write: of one resource or many, on either face, half of those that can have an Idempotency-Key with one. */
export function someWrite(writer: Writer): Operation {
	const { random, ledger } = writer;
	const token = writer.newToken();
	const free = random.chance(0.6) ? freeChain(ledger, random) : undefined;
	if (free !== undefined)
		return free.face === "fhir" ? changeFhir(writer, token, free) : changeNative(writer, token, free);
	const kind = random.next();
	if (kind < 0.25) return createNative(writer, token);
	if (kind < 0.5) return createFhir(writer, token);
	return kind < 0.85 ? transaction(writer, token) : batch(writer, token);
}

/** One that nobody writes to just now, later ones rather. */
function freeChain({ chains }: Ledger, random: Random): Chain | undefined {
	for (let attempt = 0; attempt < 20 && chains.length > 0; attempt++) {
		const chain = random.pick(random.chance(0.8) ? chains.slice(-200) : chains);
		if (!chain.busy && current(chain) !== undefined && chain.id !== undefined) return chain;
	}
	return undefined;
}

const fhirTypes = ["Observation", "Condition", "MedicationStatement"] as const;

function createFhir(writer: Writer, token: string): Operation {
	const step = creation(writer, token);
	return operation(token, "POST", `/fhir/${step.chain.type}`, step.version?.body, [step], keyFor(writer, token));
}

function transaction(writer: Writer, token: string): Operation {
	const { random, ledger } = writer;
	const steps = Array.from({ length: random.int(2, 12) }, (_, at) => creation(writer, `${token}-${at}`));
	const free = random.chance(0.4) ? freeChain(ledger, random) : undefined;
	if (free?.face === "fhir") {
		free.busy = true;
		steps.push({ chain: free, version: random.chance(0.8) ? next(writer, free, `${token}-u`) : undefined });
	}
	return operation(token, "POST", "/fhir", bundle("transaction", steps), steps, keyFor(writer, token));
}

/** With a key always: without one each entry stands for itself, and nobody could say what a repeat must do. */
function batch(writer: Writer, token: string): Operation {
	const steps = Array.from({ length: writer.random.int(2, 6) }, (_, at) => creation(writer, `${token}-${at}`));
	const whole = operation(token, "POST", "/fhir", bundle("batch", steps), steps, `key-${token}`);
	return { ...whole, atomic: false };
}

function changeFhir(writer: Writer, token: string, chain: Chain): Operation {
	chain.busy = true;
	const path = `/fhir/${chain.type}/${chain.id}`;
	if (writer.random.chance(0.2)) return operation(token, "DELETE", path, undefined, [{ chain, version: undefined }]);
	const version = next(writer, chain, token);
	return operation(token, "PUT", path, version.body, [{ chain, version }]);
}

function createNative({ ledger, random, subjects }: Writer, token: string): Operation {
	const { user } = random.pick(subjects);
	const body = { userId: user, recordedAt: timeOf(token), heartRate: random.int(50, 120), notes: token };
	const step = { chain: newChain(ledger, "native", "vitals"), version: { token, body } };
	return operation(token, "POST", "/api/vitals", body, [step]);
}

function changeNative({ random }: Writer, token: string, chain: Chain): Operation {
	chain.busy = true;
	const path = `/api/${chain.type}/${chain.id}`;
	if (random.chance(0.2)) return operation(token, "DELETE", path, undefined, [{ chain, version: undefined }]);
	const changes = { heartRate: random.int(50, 120), notes: token };
	const version: Version = { token, body: { ...current(chain)?.body, ...changes } };
	return operation(token, "PATCH", path, changes, [{ chain, version }]);
}

function creation({ ledger, random, subjects }: Writer, token: string): Step {
	const chain = newChain(ledger, "fhir", random.pick(fhirTypes));
	return { chain, version: { token, body: resource(chain.type, token, random.pick(subjects), random) } };
}

function next({ random }: Writer, chain: Chain, token: string): Version {
	const { identifier: _, ...body } = current(chain)?.body ?? {};
	const changed = chain.type === "Observation" ? { valueQuantity: heartRate(random) } : { note: [{ text: token }] };
	return { token, body: { ...body, ...changed, identifier: identifierOf(token), id: chain.id } };
}

function resource(type: string, token: string, { patient }: Subject, random: Random): Record<string, unknown> {
	const common = { resourceType: type, subject: { reference: `Patient/${patient}` }, identifier: identifierOf(token) };
	if (type === "Condition") return { ...common, code: { text: `of ${token}` }, recordedDate: timeOf(token) };
	if (type === "MedicationStatement") {
		return { ...common, status: "active", medicationCodeableConcept: { text: token }, dosage: [{ text: "1 daily" }] };
	}
	const code = { coding: [{ system: "http://loinc.org", code: "8867-4", display: "Heart rate" }] };
	return { ...common, status: "final", code, effectiveDateTime: timeOf(token), valueQuantity: heartRate(random) };
}

function heartRate(random: Random): object {
	return { value: random.int(50, 120), unit: "beats/minute", system: "http://unitsofmeasure.org", code: "/min" };
}

function identifierOf(token: string): object[] {
	return [{ system: tokenSystem, value: token }];
}

/** Another time for each, so that no two vital signs share a row. */
function timeOf(token: string): string {
	const [round = 0, number = 0, entry = 0] = token.replace(/^\D*/, "").split("-").map(Number);
	const seconds = ((round * 2000 + number) * 20 + (Number.isNaN(entry) ? 19 : entry)) * 2;
	return new Date(Date.UTC(2001, 0, 1) + seconds * 1000).toISOString().replace(".000Z", "Z");
}

function bundle(type: string, steps: readonly Step[]): object {
	const entry = steps.map(({ chain, version }) => {
		const name = `${chain.type}/${chain.id}`;
		if (version === undefined) return { request: { method: "DELETE", url: name } };
		const request = chain.id === undefined ? { method: "POST", url: chain.type } : { method: "PUT", url: name };
		return { resource: version.body, request };
	});
	return { resourceType: "Bundle", type, entry };
}

function keyFor({ random }: Writer, token: string): string | undefined {
	return random.chance(0.5) ? `key-${token}` : undefined;
}

function operation(
	token: string,
	method: string,
	path: string,
	body: unknown,
	steps: readonly Step[],
	key?: string,
): Operation {
	return { token, method, path, body, key, steps, atomic: true, acknowledged: false };
}
