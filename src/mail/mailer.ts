import { createTransport } from "nodemailer";
import { MailFailure } from "./mail-failure.ts";

/** One plain-text mail. */
export interface Mail {
	/** One address. */
	readonly to: string;
	readonly subject: string;
	readonly text: string;
	/** Makes the Message-ID, so that receivers can tell a mail that is sent again. Characters of RFC 5322 section 3.6.4, e.g. `alert-12`. */
	readonly id?: string;
}

/** Sends mails through one SMTP server. */
export interface Mailer {
	/** Resolves when the server has taken the mail. @throws MailFailure */
	send(mail: Mail): Promise<void>;
	close(): void;
}

/** Where mails go, and from whom. */
export interface MailerOptions {
	/** `smtp://user:password@host:587` (STARTTLS where offered) or `smtps://…`. */
	readonly url: string;
	/** Address of the sender, with or without a name. */
	readonly from: string;
	/** How long each step of a delivery may take, in milliseconds. Default: 15000. */
	readonly timeoutMilliseconds?: number;
}

/** A mailer that connects for each mail and keeps nothing open: mails are rare here, and servers end idle connections. */
export function mailer({ url, from, timeoutMilliseconds = 15_000 }: MailerOptions): Mailer {
	const transport = createTransport({
		url,
		connectionTimeout: timeoutMilliseconds,
		greetingTimeout: timeoutMilliseconds,
		socketTimeout: timeoutMilliseconds,
		dnsTimeout: timeoutMilliseconds,
		// A mail is the text it is given: nothing is read from files or fetched.
		disableFileAccess: true,
		disableUrlAccess: true,
	});
	const domain = /@([^>\s]+)/.exec(from)?.[1] ?? "localhost";
	return {
		async send({ to, subject, text, id }) {
			try {
				await transport.sendMail({
					from,
					to: { name: "", address: to },
					subject,
					text,
					...(id === undefined ? {} : { messageId: `<${id}@${domain}>` }),
					// Vacation notices and the like are not wanted (RFC 3834 section 5).
					headers: { "Auto-Submitted": "auto-generated" },
				});
			} catch (error) {
				throw failureOf(error);
			}
		},
		close: () => transport.close(),
	};
}

/** Codes of SMTP (RFC 5321 section 4.2.1): 5yz is for good, everything else may pass. */
function failureOf(error: unknown): MailFailure {
	const { code, responseCode } = (error ?? {}) as { code?: unknown; responseCode?: unknown };
	const said = typeof responseCode === "number" ? ` (${responseCode})` : "";
	const what = typeof code === "string" && /^[A-Z_]+$/.test(code) ? code : "EUNKNOWN";
	// A refused sign-in is the operator's to mend: the mail itself may well go out later.
	const isFinal = typeof responseCode === "number" && responseCode >= 500 && what !== "EAUTH";
	return new MailFailure(`mail not taken: ${what}${said}`, !isFinal);
}
