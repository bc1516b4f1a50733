import { SMTPServer } from "smtp-server";

/** A real SMTP server on loopback. */
export interface MailServer {
	readonly url: string;
	/** What came in so far: the recipient and the whole mail. */
	readonly mails: { readonly to: string; readonly text: string }[];
	/** The mail with this number (from 1), once it has come. */
	mail(number: number): Promise<{ readonly to: string; readonly text: string }>;
}

/** Starts one that ends with the test. `refuse`: refuses recipients, with the answer's code. */
export async function startMailServer(
	t: { teardown(undo: () => unknown): unknown },
	refuse: (address: string) => number | undefined = () => undefined,
): Promise<MailServer> {
	const mails: { to: string; text: string }[] = [];
	let arrived = Promise.withResolvers<void>();
	const server = new SMTPServer({
		authOptional: true,
		disabledCommands: ["STARTTLS"],
		onRcptTo({ address }, _session, done) {
			const responseCode = refuse(address);
			done(responseCode === undefined ? undefined : Object.assign(new Error("refused"), { responseCode }));
		},
		onData(stream, session, done) {
			let text = "";
			stream.on("data", (chunk) => (text += chunk));
			stream.on("end", () => {
				mails.push({ to: session.envelope.rcptTo.map(({ address }) => address).join(), text });
				arrived.resolve();
				arrived = Promise.withResolvers();
				done();
			});
		},
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
	t.teardown(() => new Promise<void>((resolve) => server.close(() => resolve())));
	const { port } = server.server.address() as { port: number };
	return {
		url: `smtp://127.0.0.1:${port}`,
		mails,
		async mail(number) {
			while (mails.length < number) await arrived.promise;
			return mails[number - 1] as { to: string; text: string };
		},
	};
}
