import t from "tap";
import {
	addBackend,
	ended,
	exported,
	found,
	inBackground,
	kickedOff,
	type Line,
	linesOf,
	names,
	pathOf,
} from "../support/exports.ts";
import { secretRecord } from "../support/secret-record.ts";
import { startTestServer } from "../support/server.ts";

// conformance.md A.11: a backend kicks an export off, polls, downloads, and has what its searches find. Small pieces and files, so that there are
// several of each.

const server = await startTestServer(t, { exports: { sizes: { piece: 2000, file: 6000 } } });
const { people, base } = server;
const therapist = await server.as("therapist@test.example");
const admin = await server.as("admin@test.example");
const tokenOf = await addBackend(server, "backend", "system/*.rs");
const backend = await tokenOf("system/*.rs");
await secretRecord(server, therapist);
const subject = { reference: `Patient/${people.profiles.patient}` };
const other = { reference: `Patient/${people.profiles.other}` };
const loinc = (code: string) => ({ coding: [{ system: "http://loinc.org", code }] });
for (let at = 0; at < 30; at++) {
	const made = await admin.post("/fhir/Observation", {
		resourceType: "Observation",
		status: at % 3 === 0 ? "preliminary" : "final",
		code: loinc(at % 2 === 0 ? "8867-4" : "2339-0"),
		subject: at % 5 === 0 ? other : subject,
		effectiveDateTime: `2026-11-0${1 + (at % 9)}T10:00:00Z`,
		valueQuantity: { value: 60 + at, unit: "x" },
		note: [{ text: 'a line\nbreak and "url":"Binary/1"' }],
	});
	if (made.status !== 201) throw new Error(made.text);
}
const types = ["Patient", "Observation", "Condition", "Encounter", "MedicationStatement", "Appointment", "Device"];

/** Ids and bodies as a search of every type gives them. */
async function searched(session: typeof backend, of = types): Promise<Map<string, Line>> {
	const all = (await Promise.all(of.map((type) => found(session, `/fhir/${type}?_count=1000`)))).flat();
	return new Map(all.map((one) => [`${one.resourceType}/${one.id}`, one]));
}

for (const path of ["/fhir/$export", "/fhir/Patient/$export"]) {
	t.test(`${path} is what searches find, each resource once, one type a file`, async (t) => {
		const done = await exported(backend, `${path}?_type=${types.join(",")}`);
		const all = await searched(backend);
		t.same(names(done), [...all.keys()].sort());
		for (const [type, lines] of done.output) {
			for (const line of lines) {
				t.equal(line.resourceType, type);
				t.same(line, all.get(`${type}/${line.id}`));
			}
		}
		const { body, headers } = done.answer;
		t.match(headers.get("content-type"), /^application\/json/);
		t.ok(Date.parse(headers.get("expires") ?? "") > Date.now());
		t.equal(body.request, `${base}${path}?_type=${types.join(",")}`);
		t.equal(body.requiresAccessToken, true);
		t.same(body.error, []);
		t.ok(Math.abs(Date.parse(body.transactionTime) - Date.now()) < 60_000);
		t.ok(
			body.output.filter(({ type }: { type: string }) => type === "Observation").length > 1,
			"several files when large",
		);
		for (const { type, url, count } of body.output) {
			t.ok(url.startsWith(`${base}/fhir/`));
			const lines = await linesOf(backend, pathOf(url));
			t.equal(lines.length, count);
			t.ok(lines.every(({ resourceType }) => resourceType === type));
		}
		t.equal((await backend.delete(done.status)).status, 202);
	});
}

t.test("without _type: every type there is, as far as it is there", async (t) => {
	const done = await exported(backend, "/fhir/$export");
	const { rest } = (await backend.get("/fhir/metadata")).body;
	const all = await searched(
		backend,
		rest[0].resource.map(({ type }: { type: string }) => type),
	);
	t.same(names(done), [...all.keys()].sort());
	await backend.delete(done.status);
});

t.test("files: media type, gzip as stored, HEAD, a length that is true", async (t) => {
	const done = await exported(backend, "/fhir/$export?_type=Observation");
	const [path = ""] = done.files;
	const get = (headers: Record<string, string>, method = "GET") =>
		fetch(base + path, { method, headers: { authorization: `Bearer ${backend.token}`, ...headers } });
	const plain = await get({ accept: "application/fhir+ndjson", "accept-encoding": "identity" });
	t.match(plain.headers.get("content-type"), /^application\/fhir\+ndjson/);
	const text = await plain.text();
	t.equal(plain.headers.get("content-length"), String(Buffer.byteLength(text)));
	const zipped = await get({ "accept-encoding": "gzip" });
	t.equal(zipped.headers.get("content-encoding"), "gzip");
	t.equal(await zipped.text(), text, "one member, its checksum and length right");
	const head = await get({ "accept-encoding": "identity" }, "HEAD");
	t.equal(head.headers.get("content-length"), String(Buffer.byteLength(text)));
	t.equal((await get({ "accept-encoding": "gzip;q=0, identity" })).headers.get("content-encoding"), null);
	await backend.delete(done.status);
});

t.test("who has no token gets nothing anywhere", async (t) => {
	const done = await exported(backend, "/fhir/$export?_type=Patient");
	const paths = ["/fhir/$export", "/fhir/Patient/$export", "/fhir/Group/x/$export", done.status, ...done.files];
	for (const path of paths) t.equal((await server.stranger.get(path, inBackground)).status, 401, path);
	t.equal((await server.stranger.post("/fhir/$export", undefined, inBackground)).status, 401);
	t.equal((await server.stranger.delete(done.status)).status, 401);
	t.equal((await backend.delete(done.status)).status, 202);
	for (const path of [done.status, ...done.files]) {
		const gone = await backend.get(path);
		t.equal(gone.status, 404, path);
		t.equal(gone.body.resourceType, "OperationOutcome");
	}
	t.equal((await backend.delete(done.status)).status, 404, "again");
	t.equal((await backend.put(done.status, {})).status, 405);
	const head = { method: "HEAD", headers: { authorization: `Bearer ${backend.token}`, ...inBackground } };
	t.equal((await fetch(`${base}/fhir/$export`, head)).status, 405, "asks for no export");
});

t.test("Inferno's requests: each format is taken on, and stopped by DELETE", async (t) => {
	for (const format of ["application/fhir%2Bndjson", "application/fhir+ndjson", "application/ndjson", "ndjson"]) {
		const status = await kickedOff(backend, `/fhir/Patient/$export?_outputFormat=${format}`);
		t.equal((await backend.delete(status)).status, 202, format);
		const after = await backend.get(status, { accept: "application/json" });
		t.equal(after.status, 404);
		t.equal(after.body.resourceType, "OperationOutcome");
	}
});

t.test("_type: a list, or repeated; what is not there has no file", async (t) => {
	const done = await exported(backend, "/fhir/$export?_type=Condition,Claim&_type=Encounter");
	t.same([...done.output.keys()].sort(), ["Condition", "Encounter"]);
	await backend.delete(done.status);
});

t.test("_since: only what changed after it", async (t) => {
	const first = await exported(backend, "/fhir/$export?_type=Observation,Condition");
	const since = first.answer.body.transactionTime as string;
	const nothing = await exported(backend, `/fhir/$export?_type=Observation,Condition&_since=${since}`);
	t.same(names(nothing), []);
	t.same(nothing.answer.body.output, []);
	const made = await admin.post("/fhir/Condition", { resourceType: "Condition", subject, code: { text: "new" } });
	// Stored whole: a row's measures change together.
	const changed = first.output.get("Observation")?.find(({ status }) => status === "preliminary");
	t.equal((await admin.put(`/fhir/Observation/${changed?.id}`, { ...changed, status: "amended" })).status, 200);
	const more = await exported(
		backend,
		`/fhir/$export?_type=Observation,Condition&_since=${since.replace("Z", "%2B00:00")}`,
	);
	t.same(names(more), [`Condition/${made.body.id}`, `Observation/${changed?.id}`].sort());
	t.equal(more.output.get("Observation")?.[0]?.status, "amended", "the latest version only");
	for (const { status } of [first, nothing, more]) await backend.delete(status);
});

t.test("_since: what is deleted is listed, once, and only what was there", async (t) => {
	const row = await therapist.post("/api/vitals", {
		userId: people.patient,
		recordedAt: "2026-11-05T08:00:00Z",
		heartRate: 61,
		weight: 80,
	});
	t.equal(row.status, 201, row.text);
	const left = await therapist.post("/api/vitals", {
		userId: people.patient,
		recordedAt: "2026-11-05T09:00:00Z",
		heartRate: 62,
		weight: 81,
	});
	const condition = { resourceType: "Condition", subject, code: { text: "to go" } };
	const gone = await admin.post("/fhir/Condition", condition);
	const back = await admin.post("/fhir/Condition", condition);
	const chosen = await admin.put("/fhir/Observation/chosen-to-go", {
		resourceType: "Observation",
		id: "chosen-to-go",
		status: "final",
		code: loinc("8867-4"),
		subject: other,
		effectiveDateTime: "2026-11-05T10:00:00Z",
		valueQuantity: { value: 64, unit: "beats/minute", system: "http://unitsofmeasure.org", code: "/min" },
	});
	t.equal(chosen.status, 201, chosen.text);
	const first = await exported(backend, "/fhir/$export?_type=Observation,Condition");
	const before = names(first);
	t.same(first.answer.body.deleted, [], "nothing without _since");
	t.equal((await therapist.delete(`/api/vitals/${row.body.id}`)).status, 204);
	t.equal((await therapist.patch(`/api/vitals/${left.body.id}`, { weight: null })).status, 200);
	for (const name of [`Condition/${gone.body.id}`, `Condition/${back.body.id}`, "Observation/chosen-to-go"])
		t.equal((await admin.delete(`/fhir/${name}`)).status, 204);
	t.equal((await admin.put(`/fhir/Condition/${back.body.id}`, { ...condition, id: back.body.id })).status, 201);
	const never = await admin.post("/fhir/Condition", condition);
	const since = first.answer.body.transactionTime;
	const done = await exported(backend, `/fhir/$export?_type=Observation,Condition&_since=${since}`);
	const bundles = (
		await Promise.all(done.answer.body.deleted.map(({ url }: { url: string }) => linesOf(backend, pathOf(url))))
	).flat();
	t.ok(bundles.every(({ resourceType, type }) => resourceType === "Bundle" && type === "transaction"));
	t.ok(done.answer.body.deleted.every(({ type }: { type: string }) => type === "Bundle"));
	const requests = bundles.flatMap(({ entry }) => entry as { request: { method: string; url: string } }[]);
	t.ok(requests.every(({ request }) => request.method === "DELETE"));
	const urls = requests.map(({ request }) => request.url).sort();
	t.same(
		urls,
		[
			`Condition/${gone.body.id}`,
			"Observation/chosen-to-go",
			`Observation/vs-${left.body.id}-wt`,
			`Observation/vs-${row.body.id}-hr`,
			`Observation/vs-${row.body.id}-wt`,
		].sort(),
	);
	t.ok(names(done).includes(`Condition/${never.body.id}`));
	// What a client has that follows both is what a search finds.
	const kept = new Set([...before.filter((name) => !urls.includes(name)), ...names(done)]);
	t.same([...kept].sort(), [...(await searched(backend, ["Observation", "Condition"])).keys()].sort());
	const ofPatients = await exported(backend, `/fhir/Patient/$export?_type=Observation,Condition&_since=${since}`);
	t.equal(ofPatients.answer.body.deleted[0].count, done.answer.body.deleted[0].count);
	const of = (id: number) => ({
		resourceType: "Parameters",
		parameter: [
			{ name: "patient", valueReference: { reference: `Patient/${id}` } },
			{ name: "_since", valueInstant: since },
		],
	});
	const one = await exported(backend, "/fhir/Patient/$export", {}, of(people.profiles.other));
	const [file] = one.answer.body.deleted;
	t.match(JSON.stringify(await linesOf(backend, pathOf(file.url))), /^((?!vs-).)*chosen-to-go((?!vs-).)*$/);
	for (const { status } of [first, done, ofPatients, one]) await backend.delete(status);
});

t.test("_elements: of all types, or of one", async (t) => {
	const done = await exported(backend, "/fhir/$export?_type=Observation,Patient&_elements=Observation.note,meta");
	for (const line of done.output.get("Observation") ?? []) {
		t.notOk("valueQuantity" in line);
		t.ok("status" in line && "code" in line, "mandatory ones stay");
		t.match(JSON.stringify(line.meta), /SUBSETTED/);
	}
	await backend.delete(done.status);
	const one = await exported(backend, "/fhir/$export?_type=Observation,Patient&_elements=Patient.name");
	t.ok(one.output.get("Patient")?.every((line) => !("birthDate" in line) && "name" in line));
	t.ok(one.output.get("Observation")?.every((line) => !/SUBSETTED/.test(JSON.stringify(line))));
	await backend.delete(one.status);
});

t.test("_typeFilter: searches of a type, one of which must find it; other types as ever", async (t) => {
	const filter = (text: string) => `_typeFilter=${encodeURIComponent(text)}`;
	const both = [
		"Observation?status=preliminary&code=http://loinc.org|8867-4",
		"Observation?date=ge2026-11-08&status=final",
	];
	const one = await exported(backend, `/fhir/$export?_type=Observation,Condition&${filter(both[0] as string)}`);
	t.same(
		one.output
			.get("Observation")
			?.map(({ id }) => id)
			.sort(),
		(await found(backend, `/fhir/${both[0]}`)).map(({ id }) => id).sort(),
	);
	t.equal(one.output.get("Condition")?.length, (await found(backend, "/fhir/Condition")).length);
	const wanted = new Set(
		(await Promise.all(both.map((text) => found(backend, `/fhir/${text}`)))).flat().map(({ id }) => id),
	);
	for (const query of [both.map(filter).join("&"), filter(both.join(","))]) {
		const two = await exported(backend, `/fhir/$export?_type=Observation&${query}`);
		t.same(
			two.output
				.get("Observation")
				?.map(({ id }) => id)
				.sort(),
			[...wanted].sort(),
		);
		await backend.delete(two.status);
	}
	await backend.delete(one.status);
});

t.test("POST with Parameters: the same, and `patient`", async (t) => {
	const parameters = (...parameter: object[]) => ({ resourceType: "Parameters", parameter });
	const patient = { name: "patient", valueReference: subject };
	const done = await exported(
		backend,
		"/fhir/Patient/$export",
		{},
		parameters({ name: "_type", valueString: "Observation,Patient" }, patient),
	);
	const all = [...(await found(backend, `/fhir/Observation?patient=${people.profiles.patient}`))];
	t.same(
		done.output
			.get("Observation")
			?.map(({ id }) => id)
			.sort(),
		all.map(({ id }) => id).sort(),
	);
	t.same(
		done.output.get("Patient")?.map(({ id }) => id),
		[String(people.profiles.patient)],
	);
	await backend.delete(done.status);
	const wrong: [object, string, number][] = [
		[parameters({ name: "patient", valueReference: { reference: "Patient/987654" } }), "/fhir/Patient/$export", 400],
		[parameters({ name: "patient", valueReference: { reference: "Group/1" } }), "/fhir/Patient/$export", 400],
		[parameters(patient), "/fhir/$export", 400],
		[{ resourceType: "Patient" }, "/fhir/$export", 400],
		[parameters({ name: "_type" }), "/fhir/$export", 400],
		[parameters({ valueString: "x" }), "/fhir/$export", 400],
		[parameters({ name: "_type", valueString: "Patient", valueCode: "Patient" }), "/fhir/$export", 400],
		[{ resourceType: "Parameters", parameter: {} }, "/fhir/$export", 400],
	];
	for (const [body, path, status] of wrong) {
		const answer = await backend.post(path, body, inBackground);
		t.equal(answer.status, status, `${path} ${JSON.stringify(body)}: ${answer.text}`);
		t.equal(answer.body.resourceType, "OperationOutcome");
	}
	t.equal((await backend.post("/fhir/$export", "x=y", { ...inBackground, "content-type": "text/csv" })).status, 415);
});

t.test("what is not supported or not of its form is refused; lenient: ignored, and told", async (t) => {
	const unsupported = [
		"_outputFormat=text/csv",
		"_typeFilter=Observation?subject.name=x",
		"_typeFilter=Observation?_sort=date",
		"_typeFilter=Observation?nonsense=1",
		"_typeFilter=Observation?_id=1",
		"_typeFilter=Observation",
		"_typeFilter=Observation?",
		"_typeFilter=Nothing?x=y",
		"_type=Condition&_typeFilter=Observation?status=final",
		"_elements=Observation.nothing",
		"_elements=Nothing.name",
		"_elements=a.b.c",
		"includeAssociatedData=LatestProvenanceResources",
		"patient=Patient/1",
		"_until=2026-01-01T00:00:00Z",
	].map((query) => query.replace(/\?(?=[^?]*$)/, "%3F"));
	for (const query of unsupported) {
		const answer = await backend.get(`/fhir/Patient/$export?${query}`, inBackground);
		t.equal(answer.status, 400, `${query}: ${answer.text}`);
		t.equal(answer.body.issue[0].code, "not-supported", query);
	}
	const invalid = [
		"_since=2026",
		"_since=2026-11-01",
		"_since=x",
		"_since=2026-11-01T00:00:00",
		"_type=Nothing",
		"_typeFilter=Observation%3Fdate=x",
	];
	for (const query of [...invalid, "_since=2026-11-01T00:00:00Z&_since=2026-11-02T00:00:00Z"]) {
		const answer = await backend.get(`/fhir/$export?${query}`, inBackground);
		t.equal(answer.status, 400, `${query}: ${answer.text}`);
		t.equal(answer.body.issue[0].code, "invalid", query);
	}
	const outside = await backend.get("/fhir/Patient/$export?_type=StructureDefinition", inBackground);
	t.equal(outside.status, 400, "is in nobody's record");
	const sync = await backend.get("/fhir/$export", { prefer: "handling=lenient" });
	t.equal(sync.status, 400, "without respond-async");
	t.equal((await backend.get("/fhir/$export", { ...inBackground, accept: "application/fhir+xml" })).status, 406);

	const lenient = { prefer: "respond-async, handling=lenient" };
	const done = await exported(
		backend,
		"/fhir/$export?_type=Patient,Nothing&_outputFormat=text/csv&_until=2026-01-01T00:00:00Z",
		lenient,
	);
	t.same([...done.output.keys()], ["Patient"]);
	const [error] = done.answer.body.error;
	t.equal(error.type, "OperationOutcome");
	const told = await linesOf(backend, pathOf(error.url));
	t.equal(told.length, 3);
	t.ok(told.every(({ resourceType }) => resourceType === "OperationOutcome"));
	await backend.delete(done.status);
});

t.test("a Group: its members' records, and what these refer to", async (t) => {
	const practitioner = await admin.post("/fhir/Practitioner", {
		resourceType: "Practitioner",
		name: [{ family: "Seen" }],
	});
	const unseen = await admin.post("/fhir/Practitioner", { resourceType: "Practitioner", name: [{ family: "Unseen" }] });
	const encounter = await admin.post("/fhir/Encounter", {
		resourceType: "Encounter",
		status: "finished",
		class: { code: "AMB" },
		subject: other,
		participant: [{ individual: { reference: `Practitioner/${practitioner.body.id}` } }],
	});
	t.equal(encounter.status, 201, encounter.text);
	const member = (reference: string, more = {}) => ({ entity: { reference }, ...more });
	const group = await admin.post("/fhir/Group", {
		resourceType: "Group",
		type: "person",
		actual: true,
		member: [
			member(other.reference),
			member(`Patient/${people.profiles.patient2}`),
			member(subject.reference, { inactive: true }),
			member("Practitioner/987654"),
			member("Patient/987654"),
		],
	});
	t.equal(group.status, 201, group.text);
	const path = `/fhir/Group/${group.body.id}/$export`;
	const done = await exported(backend, path);
	const profiles = [people.profiles.other, people.profiles.patient2].map(String);
	t.same(
		done.output
			.get("Patient")
			?.map(({ id }) => id)
			.sort(),
		profiles.sort(),
	);
	for (const type of ["Observation", "Encounter", "Appointment", "MedicationStatement", "Condition"]) {
		const lines = await Promise.all(profiles.map((id) => found(backend, `/fhir/${type}?patient=${id}&_count=1000`)));
		t.same(
			(done.output.get(type) ?? []).map(({ id }) => id).sort(),
			lines
				.flat()
				.map(({ id }) => id)
				.sort(),
			type,
		);
	}
	const practitioners = done.output.get("Practitioner")?.map(({ id }) => id) ?? [];
	t.ok(practitioners.includes(practitioner.body.id));
	t.notOk(practitioners.includes(unseen.body.id), "nothing in a record refers to it");
	const narrowed = await exported(
		backend,
		path,
		{},
		{
			resourceType: "Parameters",
			parameter: [{ name: "patient", valueReference: other }],
		},
	);
	t.same(
		narrowed.output.get("Patient")?.map(({ id }) => id),
		[String(people.profiles.other)],
	);
	const wrong = await backend.post(
		path,
		{ resourceType: "Parameters", parameter: [{ name: "patient", valueReference: subject }] },
		inBackground,
	);
	t.equal(wrong.status, 400, "no member");
	t.equal((await backend.get("/fhir/Group/nobody/$export", inBackground)).status, 404);
	for (const { status } of [done, narrowed]) await backend.delete(status);
});

t.test("Provenance comes with what it is about, and only then", async (t) => {
	const about = async (...references: string[]) => {
		const made = await admin.post("/fhir/Provenance", {
			resourceType: "Provenance",
			target: references.map((reference) => ({ reference })),
			recorded: "2026-11-01T10:00:00Z",
			agent: [{ who: { display: "x" } }],
		});
		t.equal(made.status, 201, made.text);
		return made.body.id as string;
	};
	const [condition] = await found(backend, `/fhir/Condition?patient=${people.profiles.patient}`);
	const ofCondition = await about(`Condition/${condition?.id}`);
	const ofPatient = await about(other.reference);
	const nowhere = Array.from({ length: 1200 }, (_, at) => `Condition/nowhere-${at}`);
	const ofMany = await about(...nowhere, `Condition/${condition?.id}`);
	const ofOrganization = await about("Organization/nowhere");
	const all = await exported(backend, "/fhir/Patient/$export");
	const ids = all.output.get("Provenance")?.map(({ id }) => id) ?? [];
	t.same(ids.sort(), [ofCondition, ofPatient, ofMany].sort());
	const one = await exported(backend, "/fhir/Patient/$export?_type=Condition,Provenance");
	t.ok(one.output.get("Provenance")?.some(({ id }) => id === ofCondition));
	const without = await exported(backend, "/fhir/Patient/$export?_type=Condition");
	t.notOk(without.output.has("Provenance"), "_type names all there is to be");
	const system = await exported(backend, "/fhir/$export?_type=Provenance");
	t.equal(system.output.get("Provenance")?.length, 4);
	t.ok(ofOrganization);
	for (const { status } of [all, one, without, system]) await backend.delete(status);
});

t.test("addresses of attachments are absolute, and texts are left alone", async (t) => {
	const binary = await admin.post("/fhir/Binary", { resourceType: "Binary", contentType: "text/plain", data: "eA==" });
	t.equal(binary.status, 201, binary.text);
	const url = `Binary/${binary.body.id}`;
	const document = await admin.post("/fhir/DocumentReference", {
		resourceType: "DocumentReference",
		status: "current",
		subject,
		content: [{ attachment: { url } }, { attachment: { url: "https://elsewhere.example/Binary/1" } }],
	});
	t.equal(document.status, 201, document.text);
	const done = await exported(backend, "/fhir/$export?_type=DocumentReference,Observation");
	const [line] = done.output.get("DocumentReference") ?? [];
	t.equal(line?.content[0].attachment.url, `${base}/fhir/${url}`);
	t.equal(line?.content[1].attachment.url, "https://elsewhere.example/Binary/1");
	t.ok(done.output.get("Observation")?.some(({ note }) => note?.[0].text === 'a line\nbreak and "url":"Binary/1"'));
	await backend.delete(done.status);
});

t.test("the statement and the documents say so", async (t) => {
	const { instantiates, rest } = (await server.stranger.get("/fhir/metadata")).body;
	t.ok(instantiates.includes("http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data"));
	const operation = (type: string) => rest[0].resource.find((one: { type: string }) => one.type === type).operation;
	t.same(rest[0].operation[0].name, "export");
	t.match(operation("Group")[0].definition, /bulkdata\/OperationDefinition\/group-export$/);
	t.match(operation("Patient")[0].definition, /bulkdata\/OperationDefinition\/patient-export$/);
});

t.test("a backend whose token has run out reads its files with the next one", async (t) => {
	const status = await kickedOff(backend, "/fhir/$export?_type=Patient");
	const next = await tokenOf("system/*.rs");
	t.equal((await ended(next, status)).status, 200);
	t.equal((await next.delete(status)).status, 202);
});
