import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { generateApi } from "swagger-typescript-api";
import t from "tap";
import { nativeDocumentPath } from "../support/native-document.ts";
import { startTestServer } from "../support/server.ts";

// A client that nobody here wrote, generated from openapi/native.json: it compiles, its types hold what they promise, and a practice runs on it.

const run = promisify(execFile);
const project = join(import.meta.dirname, "../..");

/** What somebody writes against the client. Lines that must not compile say so, or the compiler refuses this. */
const journey = `
import { Api, HttpClient, type MedicationBody, type VitalsSample } from "./client.ts";

const baseUrl = process.argv[2] ?? "";
const as = async (email: string) => {
	const http = new HttpClient<string>({
		baseUrl,
		baseApiParams: { secure: true, format: "json" },
		securityWorker: (token) => (token ? { headers: { authorization: \`Bearer \${token}\` } } : {}),
	});
	const api = new Api(http);
	const { data } = await api.auth.login({ email, password: "heart-test-2026" });
	http.setSecurityData(data.token);
	return { api, user: data.user };
};

const { api: patient, user } = await as("patient@test.example");
const { api: therapist } = await as("therapist@test.example");

const made = (await patient.vitals.createVitalsSample({ recordedAt: "2026-03-01T08:00:00Z", heartRate: 61 })).data;
const rate: number | null = made.heartRate;
const list: VitalsSample[] = (await therapist.vitals.listVitalsSamples({ userId: user.id, heartRate: 61, limit: 5 })).data.data;
await patient.vitals.changeVitalsSample(made.id, { notes: "after the walk" });
const replaced = (await patient.vitals.replaceVitalsSample(made.id, { recordedAt: made.recordedAt, weight: 180.5 })).data;

const aspirin: MedicationBody = { userId: user.id, name: "Aspirin", dosage: "81 mg", startDate: "2026-01-01" };
const medication = (await therapist.medications.createMedication(aspirin)).data;
const profiles = (await therapist.patients.listPatients({ sort: "-name" })).data;
const refused = await patient.exercises.createExercise({ name: "Jumping" }).catch((answer) => answer);
const latest = (await patient.vitals.listVitalsSamples({ from: "2026-03-01", to: "2026-03-01" })).data;
await patient.vitals.deleteVitalsSample(made.id, { format: undefined });
const gone = await patient.vitals.readVitalsSample(made.id).catch((answer) => answer);

// @ts-expect-error no such member
await patient.vitals.createVitalsSample({ recordedAt: "2026-03-01T08:00:00Z", pulse: 61 }).catch(() => undefined);
// @ts-expect-error needed
await patient.vitals.createVitalsSample({ heartRate: 61 }).catch(() => undefined);
// @ts-expect-error a role that is none
const role: typeof user.role = "nurse";

console.log(
	JSON.stringify({
		rate,
		found: list.map(({ id }) => id).includes(made.id),
		replaced: [replaced.weight, replaced.heartRate, replaced.notes],
		medication: [medication.name, medication.userId === user.id],
		profiles: profiles.data.map(({ name }) => name),
		refused: [refused.status, refused.error.errors.length],
		latest: latest.data.length,
		gone: [gone.status, gone.error.title],
	}),
);
`;

t.test("a generated TypeScript client compiles and runs a journey", async (t) => {
	const folder = await mkdtemp(join(tmpdir(), "heart-client-"));
	t.teardown(() => rm(folder, { recursive: true }));
	await generateApi({
		input: nativeDocumentPath,
		output: folder,
		fileName: "client.ts",
		silent: true,
		httpClientType: "fetch",
		generateUnionEnums: true,
		singleHttpClient: true,
		moduleNameFirstTag: true,
	});
	// The generator keeps compilers from looking at what it writes; here one shall.
	const client = (await readFile(join(folder, "client.ts"), "utf8")).replace("// @ts-nocheck", "");
	await writeFile(join(folder, "client.ts"), client);
	await writeFile(join(folder, "journey.ts"), journey);
	await writeFile(join(folder, "package.json"), '{"type":"module"}');
	const options = [
		...["--strict", "--skipLibCheck", "--rewriteRelativeImportExtensions", "--outDir", join(folder, "out")],
		...[
			"--module",
			"nodenext",
			"--target",
			"esnext",
			"--types",
			"node",
			"--typeRoots",
			join(project, "node_modules/@types"),
		],
	];
	// The compiler itself: its launcher and the loader that tap gives every Node process do not go together.
	const launcher = join(project, "node_modules/typescript/lib/getExePath.js");
	const tsc = ((await import(launcher)) as { default(): string }).default();
	const compiled = await run(tsc, ["--ignoreConfig", ...options, join(folder, "journey.ts")]).catch(
		(error: { stdout: string; stderr: string }) => error,
	);
	t.equal(compiled.stdout + compiled.stderr, "", "no complaint");

	const server = await startTestServer(t);
	const { stdout } = await run(process.execPath, [join(folder, "out/journey.js"), server.base]);
	t.same(JSON.parse(stdout), {
		rate: 61,
		found: true,
		replaced: [180.5, null, null],
		medication: ["Aspirin", true],
		profiles: ["Peter Second", "Paula Patient"],
		refused: [403, 1],
		latest: 1,
		gone: [404, "Not Found"],
	});
});
