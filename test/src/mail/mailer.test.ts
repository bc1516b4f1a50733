import { createServer } from "node:net";
import t from "tap";
import { MailFailure } from "../../../src/mail/mail-failure.ts";
import { mailer } from "../../../src/mail/mailer.ts";
import { startMailServer } from "../../support/mail-server.ts";

// Addresses that begin with "nobody" or "later" are refused.
const server = await startMailServer(t, (address) =>
	address.startsWith("nobody") ? 550 : address.startsWith("later") ? 451 : undefined,
);
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
	const mail = server.mails[0]?.text;
	t.match(mail, /^From: Heart <heart@clinic.example>\r$/m);
	t.match(mail, /^To: a@b.example\r$/m);
	t.match(mail, /^Message-ID: <alert-7@clinic.example>\r$/m);
	t.match(mail, /^Auto-Submitted: auto-generated\r$/m);
	t.notMatch(mail, /^Bcc:/m, "a subject makes no header");
});

t.test("an address is one address", async (t) => {
	const before = server.mails.length;
	await failure(mails.send({ to: "nobody@b.example, a@b.example", subject: "s", text: "t" }));
	t.equal(server.mails.length, before);
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
