import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { SMTPServer } from "smtp-server";
import t from "tap";
import { startTestServer } from "../../support/server.ts";

// A real SMTP server on loopback, which behaves as `mood` says.
type Mood = "fine" | "refuses" | "busy" | "dies" | "dies after taking" | "slow";
let mood: Mood = "fine";
const mails: string[] = [];
let tries = 0;
const smtp = new SMTPServer({
	authOptional: true,
	disabledCommands: ["STARTTLS"],
	onRcptTo(_address, _session, done) {
		tries++;
		if (mood === "refuses") return done(Object.assign(new Error("no such mailbox"), { responseCode: 550 }));
		if (mood === "busy") return done(Object.assign(new Error("later"), { responseCode: 451 }));
		return done();
	},
	onData(stream, session, done) {
		let text = "";
		stream.on("data", (chunk) => (text += chunk));
		stream.on("end", async () => {
			if (mood === "dies") return destroy(session.id);
			mails.push(text);
			if (mood === "dies after taking") return destroy(session.id);
			if (mood === "slow") await sleep(500);
			return done();
		});
	},
});
smtp.on("error", () => undefined);
const connections = (smtp as unknown as { connections: Set<{ id: string; _socket: { destroy(): void } }> }).connections;
function destroy(id: string): void {
	for (const one of connections) if (one.id === id) one._socket.destroy();
}
smtp.listen(0, "127.0.0.1");
await once(smtp.server, "listening");
t.teardown(() => smtp.close(() => undefined));

// A webhook for texts.
const texts: { to: string; text: string; id: string }[] = [];
let status = 204;
const webhook = createServer(async (request: IncomingMessage, response) => {
	let body = "";
	for await (const chunk of request) body += chunk;
	if (request.headers.authorization !== `Basic ${btoa("us er:pass")}`) status = 401;
	if (status === 204) texts.push(JSON.parse(body));
	response.writeHead(status).end();
}).listen(0, "127.0.0.1");
await once(webhook, "listening");
t.teardown(() => webhook.close());

const port = (server: { address(): unknown }) => (server.address() as { port: number }).port;
const server = await startTestServer(t, {
	smtpUrl: `smtp://127.0.0.1:${port(smtp.server)}`,
	smsWebhookUrl: `http://us%20er:pass@127.0.0.1:${port(webhook)}/sms`,
	lookForJobsEverySeconds: 0.5,
});
await server.beside();
const owner = new pg.Client({ connectionString: server.ownerUrl });
await owner.connect();
t.teardown(() => owner.end());
const therapist = await server.as("therapist@test.example");
const { people } = server;
await owner.query("update users set phone_number = '+1 555 0100' where id = $1", [people.patient]);

const measure = async (values: object) => {
	const recordedAt = new Date().toISOString();
	const answer = await therapist.post("/api/vitals", { userId: people.patient, recordedAt, ...values });
	t.equal(answer.status, 201, answer.text);
};
const deliveries = async (): Promise<Record<string, unknown>[]> =>
	(await owner.query("select channel, user_id, severity, state, attempts, reason from alerting.delivery order by id"))
		.rows;
/** Until all are settled; waits between tries pass at once. */
async function settled(): Promise<Record<string, unknown>[]> {
	for (;;) {
		await owner.query("update jobs.job set start_after = now() where name = 'deliver-alert' and state = 'retry'");
		const rows = await deliveries();
		if (rows.length > 0 && rows.every(({ state }) => state !== "waiting")) return rows;
		await sleep(50);
	}
}
const states = (rows: readonly Record<string, unknown>[]) =>
	rows.map(({ channel, state }) => `${channel} ${state}`).toSorted();
const messageIds = () => mails.map((mail) => /^Message-ID: (.*)\r$/m.exec(mail)?.[1]);

t.beforeEach(async () => {
	mood = "fine";
	status = 204;
	tries = 0;
	mails.length = 0;
	texts.length = 0;
	await owner.query("delete from alerts");
	await owner.query("delete from vitals_samples");
	await sleep(50);
});

t.test(
	"a critical alert is told to patient and therapist, each once though there are two servers, and says neither who nor what",
	async (t) => {
		await measure({ heartRate: 150 });
		const rows = await settled();
		t.same(
			rows.map(({ channel, user_id, state, attempts }) => [channel, user_id, state, attempts]),
			[
				["mail", people.patient, "sent", 1],
				["sms", people.patient, "sent", 1],
				["mail", people.therapist, "sent", 1],
			],
		);
		t.equal(mails.length, 2);
		t.equal(new Set(messageIds()).size, 2);
		t.match(texts, [{ to: "+1 555 0100", id: /^alert-\d+-\d+$/ }]);
		const all = [...mails, ...texts.map(({ text }) => text)].join();
		t.match(all, /critical alert/);
		t.notMatch(all, /Paula|heart rate|150|beats/i);
		const [alert] = (await therapist.get("/api/alerts?limit=1")).body.data;
		t.equal(alert.notified, true);
		await measure({ heartRate: 155 });
		await sleep(300);
		t.equal((await deliveries()).length, 3, "the same alert is not told again");
	},
);

t.test("medium: the therapist by mail; graver later: told again; low, or over already: nobody", async (t) => {
	await measure({ temperature: 100.5 });
	t.same(
		(await settled()).map(({ user_id, severity }) => [user_id, severity]),
		[[people.therapist, "medium"]],
	);
	await measure({ temperature: 102.5 });
	await sleep(200);
	t.same(
		(await settled()).map(({ user_id, severity }) => [user_id, severity]),
		[
			[people.therapist, "medium"],
			[people.patient, "high"],
			[people.therapist, "high"],
		],
	);
});

t.test("what the mail server refuses for good is not tried again; what may pass is", async (t) => {
	mood = "refuses";
	await measure({ temperature: 100.5 });
	t.match(await settled(), [{ state: "refused", attempts: 1, reason: /550/ }]);
	t.equal((await therapist.get("/api/alerts?limit=1")).body.data[0].notified, false);
	await owner.query("delete from alerts");
	await sleep(50);
	mood = "busy";
	await measure({ oxygenSaturation: 93 });
	while (tries < 3) {
		await owner.query("update jobs.job set start_after = now() where name = 'deliver-alert' and state = 'retry'");
		await sleep(50);
	}
	mood = "fine";
	const [row] = await settled();
	t.match(row, { state: "sent" });
	t.ok((row?.attempts as number) >= 3);
	t.equal(mails.length, 1);
});

t.test("a server that dies while it takes a mail: tried again; after it took it: the same Message-ID", async (t) => {
	mood = "dies";
	await measure({ temperature: 100.5 });
	while (tries < 1) await sleep(20);
	mood = "dies after taking";
	while (mails.length < 1) {
		await owner.query("update jobs.job set start_after = now() where name = 'deliver-alert' and state = 'retry'");
		await sleep(50);
	}
	mood = "slow";
	t.same(states(await settled()), ["mail sent"]);
	t.equal(mails.length, 2);
	t.equal(new Set(messageIds()).size, 1);
});

t.test("a webhook that fails is tried again; one that refuses is not", async (t) => {
	status = 503;
	await measure({ heartRate: 150 });
	while (!(await deliveries()).some(({ channel, attempts }) => channel === "sms" && (attempts as number) > 0))
		await sleep(20);
	status = 204;
	t.same(states(await settled()), ["mail sent", "mail sent", "sms sent"]);
	await owner.query("delete from alerts");
	await sleep(50);
	status = 400;
	await measure({ oxygenSaturation: 80 });
	t.same(states(await settled()), ["mail sent", "mail sent", "sms refused"]);
});

t.test("what was corrected before it was told is not told; an alert of a write that fails is not either", async (t) => {
	mood = "busy";
	await measure({ temperature: 100.5 });
	while (tries < 1) await sleep(20);
	const [vitals] = (await therapist.get(`/api/vitals?userId=${people.patient}`)).body.data;
	await therapist.patch(`/api/vitals/${vitals.id}`, { temperature: 98.6 });
	mood = "fine";
	t.match(await settled(), [{ state: "dropped" }]);
	t.equal(mails.length, 0);
	await owner.query("delete from alerts");
	const dry = await therapist.post(
		"/fhir/Observation",
		{
			resourceType: "Observation",
			status: "final",
			code: { coding: [{ system: "http://loinc.org", code: "8867-4" }] },
			subject: { reference: `Patient/${people.profiles.patient}` },
			effectiveDateTime: new Date().toISOString(),
			valueQuantity: { value: 180, unit: "beats/minute", system: "http://unitsofmeasure.org", code: "/min" },
		},
		{ "x-dry-run": "true" },
	);
	t.equal(dry.status, 201, dry.text);
	t.same(await deliveries(), []);
});

t.test("operators see how jobs ended", async (t) => {
	const { text } = await server.stranger.get("/metrics");
	t.match(text, /^heart_jobs\{kind="deliver-alert",outcome="done"\} \d+$/m);
});

t.test("neither the log nor the queue holds addresses or words", async (t) => {
	const jobs = await owner.query("select data::text, output::text from jobs.job where name = 'deliver-alert'");
	t.ok(jobs.rowCount);
	t.notMatch(JSON.stringify([jobs.rows, server.logged]), /test\.example|555 0100|Paula/);
});
