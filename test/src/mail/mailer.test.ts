import { createServer } from "node:net";
import { SMTPServer } from "smtp-server";
import t from "tap";
import { MailFailure, mailer } from "../../../src/mail/mailer.ts";

/** A real SMTP server on loopback; addresses that begin with "nobody" or "later" are refused. */
async function smtp(received: string[]): Promise<{ url: string; close(): Promise<void> }> {
	const server = new SMTPServer({
		authOptional: true,
		disabledCommands: ["STARTTLS"],
		onRcptTo({ address }, _session, done) {
			if (address.startsWith("nobody")) return done(Object.assign(new Error("no such mailbox"), { responseCode: 550 }));
			if (address.startsWith("later")) return done(Object.assign(new Error("try later"), { responseCode: 451 }));
			return done();
		},
		onData(stream, _session, done) {
			let text = "";
			stream.on("data", (chunk) => (text += chunk));
			stream.on("end", () => {
				received.push(text);
				done();
			});
		},
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
	const { port } = server.server.address() as { port: number };
	return { url: `smtp://127.0.0.1:${port}`, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

const received: string[] = [];
const server = await smtp(received);
t.teardown(() => server.close());
const mails = mailer({ url: server.url, from: "Heart <heart@clinic.example>" });
t.teardown(() => mails.close());

async function failure(work: Promise<void>): Promise<MailFailure> {
	const error = await work.then(
		() => undefined,
		(thrown: unknown) => thrown,
	);
	if (!(error instanceof MailFailure)) throw new Error(`no MailFailure: ${error}`);
	return error;
}

t.test("a mail arrives as it was given", async (t) => {
	await mails.send({
		to: "a@b.example",
		subject: "Größe\r\nBcc: evil@x.example",
		text: "Zeile 1\nZeile 2",
		id: "alert-7",
	});
	const [mail] = received;
	t.match(mail, /^From: Heart <heart@clinic.example>\r$/m);
	t.match(mail, /^To: a@b.example\r$/m);
	t.match(mail, /^Message-ID: <alert-7@clinic.example>\r$/m);
	t.match(mail, /^Auto-Submitted: auto-generated\r$/m);
	t.notMatch(mail, /^Bcc:/m, "a subject makes no header");
});

t.test("an address is one address", async (t) => {
	const before = received.length;
	await failure(mails.send({ to: "nobody@b.example, a@b.example", subject: "s", text: "t" }));
	t.equal(received.length, before);
});

t.test("what is refused for good and what may pass", async (t) => {
	const never = await failure(mails.send({ to: "nobody@b.example", subject: "secret", text: "secret" }));
	t.equal(never.isTransient, false);
	const later = await failure(mails.send({ to: "later@b.example", subject: "secret", text: "secret" }));
	t.equal(later.isTransient, true);
	for (const { message } of [never, later]) t.notMatch(message, /secret|b\.example/);
});

t.test("no server, and one that says nothing", async (t) => {
	const silent = createServer(() => undefined);
	await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
	const { port } = silent.address() as { port: number };
	const waiting = mailer({ url: `smtp://127.0.0.1:${port}`, from: "a@b.example", timeoutMilliseconds: 50 });
	t.equal((await failure(waiting.send({ to: "a@b.example", subject: "s", text: "t" }))).isTransient, true);
	silent.close();
	await new Promise((resolve) => setTimeout(resolve, 10));
	t.equal((await failure(waiting.send({ to: "a@b.example", subject: "s", text: "t" }))).isTransient, true);
});
