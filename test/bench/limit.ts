/**
 * The bare limit: what the same answers cost on this machine when nothing else is done. node:http, pg, one prepared statement a request,
 * template strings; no framework, no sign-in, no policies, no log, no validation, no history. A process of its own in the benchmark
 * (`DATABASE_URL`, `PORT`, `BASE_URL`).
 */
import { createServer, type IncomingMessage, type Server } from "node:http";
import pg from "pg";
import {
	listText,
	millis,
	observationText,
	type PatientRow,
	patientText,
	searchsetText,
	signs,
	type VitalsRow,
} from "./limit-text.ts";

/** How the limit is run. */
export interface LimitOptions {
	readonly databaseUrl: string;
	readonly port: number;
	/** The address its links begin with. */
	readonly base: string;
}

interface Reply {
	readonly status: number;
	readonly type: string;
	readonly text: string;
}

type Query = (name: string, text: string, values: unknown[]) => Promise<pg.QueryResult>;

/** On two processors more made it slower, and fewer let writes wait for one another's disk. */
const connections = 4;

/** Starts the limit; it listens when this resolves. */
export async function startLimit({ databaseUrl, port, base }: LimitOptions): Promise<{ close(): Promise<void> }> {
	const clients = await Promise.all(Array.from({ length: connections }, () => connect(databaseUrl)));
	let turn = 0;
	const query: Query = (name, text, values) => {
		const client = clients[turn++ % connections] as pg.Client;
		return client.query({ name, text, values });
	};
	const server = createServer((request, response) => {
		answer(query, base, request).then(
			({ status, type, text }) => {
				response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(text) });
				response.end(text);
			},
			(error: unknown) => {
				response.writeHead(500).end(String(error));
			},
		);
	});
	await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
	return { close: () => close(server, clients) };
}

async function connect(databaseUrl: string): Promise<pg.Client> {
	const types = new pg.TypeOverrides();
	// Times stay PostgreSQL's text: a Date would be made only to be written out again.
	for (const oid of [pg.types.builtins.TIMESTAMPTZ, pg.types.builtins.DATE]) types.setTypeParser(oid, (text) => text);
	const options = "-c timezone=UTC -c datestyle=ISO -c jit=off";
	// `pipeline`: statements of several requests travel without waiting for one another; as the server's do.
	const settings = { connectionString: databaseUrl, types, options, pipeline: true };
	const client = new pg.Client(settings as pg.ClientConfig);
	await client.connect();
	return client;
}

async function close(server: Server, clients: readonly pg.Client[]): Promise<void> {
	server.closeAllConnections();
	await new Promise((done) => server.close(done));
	await Promise.all(clients.map((client) => client.end()));
}

const fhir = "application/fhir+json; charset=utf-8";
const json = "application/json; charset=utf-8";
const vitals = `v.id, v.user_id, v.systolic_bp, v.diastolic_bp, v.heart_rate, v.weight, v.oxygen_saturation, v.temperature, v.recorded_at,
	v.notes, v.created_at, v.updated_at`;
const heartRate = signs.filter(({ part }) => part === "hr");

async function answer(query: Query, base: string, request: IncomingMessage): Promise<Reply> {
	const url = request.url ?? "/";
	if (request.method === "POST") {
		const body = JSON.parse(await textOf(request));
		return url === "/fhir" ? bundle(query, base, body) : create(query, body);
	}
	if (url.startsWith("/fhir/Observation/")) return read(query, url);
	if (url.startsWith("/fhir/Patient/")) return patient(query, url);
	if (url.startsWith("/fhir/Observation?"))
		return url.includes("code=") ? codeDate(query, base, url) : search(query, base, url);
	if (url.startsWith("/api/vitals?")) return list(query, url);
	return { status: url === "/" ? 200 : 404, type: json, text: "{}" };
}

async function textOf(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString();
}

async function read(query: Query, url: string): Promise<Reply> {
	const [, id, part] = /\/vs-(\d+)-(\w+)$/.exec(url) ?? [];
	const { rows } = await query(
		"read",
		`select ${vitals}, p.id as patient_id from vitals_samples v join patients p on p.user_id = v.user_id where v.id = $1`,
		[id],
	);
	const sign = signs.find((one) => one.part === part);
	const text = rows[0] === undefined || sign === undefined ? undefined : observationText(rows[0] as VitalsRow, sign);
	return text === undefined ? { status: 404, type: fhir, text: "{}" } : { status: 200, type: fhir, text };
}

async function search(query: Query, base: string, url: string): Promise<Reply> {
	const count = numberIn(url, "_count");
	const { rows } = await query(
		"search",
		`select ${vitals}, $1::int as patient_id from vitals_samples v
		where v.user_id = (select p.user_id from patients p where p.id = $1) order by v.recorded_at desc, v.id desc limit $2`,
		[numberIn(url, "patient"), count],
	);
	return { status: 200, type: fhir, text: searchsetText(base, rows as VitalsRow[], signs, count) };
}

async function codeDate(query: Query, base: string, url: string): Promise<Reply> {
	const count = numberIn(url, "_count");
	const { rows } = await query(
		"code-date",
		`select ${vitals}, $1::int as patient_id from vitals_samples v
		where v.user_id = (select p.user_id from patients p where p.id = $1) and v.heart_rate is not null and v.recorded_at >= $2
		order by v.recorded_at desc, v.id desc limit $3`,
		[numberIn(url, "patient"), `${/date=ge([\d-]+)/.exec(url)?.[1]}T00:00:00Z`, count],
	);
	return { status: 200, type: fhir, text: searchsetText(base, rows as VitalsRow[], heartRate, count) };
}

async function patient(query: Query, url: string): Promise<Reply> {
	const { rows } = await query(
		"patient",
		`select id, therapist_id, first_name, last_name, name, date_of_birth, gender, email, primary_phone, primary_phone_type,
			street_address, city, state, postal_code, country, emergency_contact1_name, emergency_contact1_relationship,
			emergency_contact1_phone, is_active, updated_at
		from patients where id = $1`,
		[url.slice(url.lastIndexOf("/") + 1)],
	);
	if (rows[0] === undefined) return { status: 404, type: fhir, text: "{}" };
	return { status: 200, type: fhir, text: patientText(rows[0] as PatientRow) };
}

async function list(query: Query, url: string): Promise<Reply> {
	const limit = numberIn(url, "limit");
	const { rows } = await query(
		"list",
		`select ${vitals} from vitals_samples v where v.user_id = $1 order by v.recorded_at desc, v.id desc limit $2`,
		[numberIn(url, "userId"), limit + 1],
	);
	return { status: 200, type: json, text: listText(rows as VitalsRow[], limit) };
}

/** An Observation with one number, as the benchmark sends them. */
interface Sent {
	readonly category: unknown;
	readonly code: { readonly coding: readonly [{ readonly code: string }] };
	readonly subject: { readonly reference: string };
	readonly effectiveDateTime: string;
	readonly valueQuantity: { readonly value: number };
}

const columns: Readonly<Record<string, { part: string; at: number }>> = {
	"8867-4": { part: "hr", at: 0 },
	"29463-7": { part: "wt", at: 1 },
	"59408-5": { part: "spo2", at: 2 },
	"8310-5": { part: "temp", at: 3 },
};

const insert = `insert into vitals_samples (user_id, recorded_at, heart_rate, weight, oxygen_saturation, temperature)
	select p.user_id, s.at, s.hr, s.wt, s.spo2, s.temp
	from unnest($1::int[], $2::timestamptz[], $3::int[], $4::float8[], $5::int[], $6::float8[])
		with ordinality s(patient, at, hr, wt, spo2, temp, n)
	join patients p on p.id = s.patient order by s.n returning id, updated_at`;

async function store(query: Query, sent: readonly Sent[]): Promise<{ id: string; updatedAt: string }[]> {
	const place = sent.map(({ code }) => columns[code.coding[0].code] ?? { part: "", at: -1 });
	const valuesAt = (at: number) => sent.map((one, n) => (place[n]?.at === at ? one.valueQuantity.value : null));
	const { rows } = await query("store", insert, [
		sent.map(({ subject }) => Number(subject.reference.slice("Patient/".length))),
		sent.map(({ effectiveDateTime }) => effectiveDateTime),
		...[0, 1, 2, 3].map(valuesAt),
	]);
	return rows.map((row: { id: number; updated_at: string }, n) => ({
		id: `vs-${row.id}-${place[n]?.part}`,
		updatedAt: row.updated_at,
	}));
}

async function create(query: Query, sent: Sent): Promise<Reply> {
	const [{ id, updatedAt }] = (await store(query, [sent])) as [{ id: string; updatedAt: string }];
	const text = `{"resourceType":"Observation","id":"${id}","meta":{"versionId":"1","lastUpdated":"${millis(updatedAt)}"},"status":"final","category":${JSON.stringify(sent.category)},"subject":{"reference":"${sent.subject.reference}"},"effectiveDateTime":"${sent.effectiveDateTime}","code":${JSON.stringify(sent.code)},"valueQuantity":${JSON.stringify(sent.valueQuantity)}}`;
	return { status: 201, type: fhir, text };
}

async function bundle(query: Query, base: string, { entry }: { entry: { resource: Sent }[] }): Promise<Reply> {
	const stored = await store(
		query,
		entry.map(({ resource }) => resource),
	);
	const entries = stored.map(
		({ id, updatedAt }) =>
			`{"response":{"status":"201 Created","location":"${base}/fhir/Observation/${id}/_history/1","etag":"W/\\"1\\"","lastModified":"${millis(updatedAt)}"}}`,
	);
	const text = `{"resourceType":"Bundle","type":"transaction-response","entry":[${entries.join(",")}]}`;
	return { status: 200, type: fhir, text };
}

function numberIn(url: string, parameter: string): number {
	return Number(new RegExp(`[?&]${parameter}=(\\d+)`).exec(url)?.[1]);
}

if (import.meta.main) {
	const { DATABASE_URL = "", PORT = "", BASE_URL = "" } = process.env;
	const limit = await startLimit({ databaseUrl: DATABASE_URL, port: Number(PORT), base: BASE_URL });
	process.on("SIGTERM", () => void limit.close().then(() => process.exit(0)));
}
