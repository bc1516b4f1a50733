/** One text message. */
export interface TextMessage {
	/** Phone number as the person wrote it. */
	readonly to: string;
	readonly text: string;
	/** The same for the same message, sent again or not. */
	readonly id: string;
}

/** Why a text was not taken. The message names no number and quotes nothing. */
export class TextFailure extends Error {
	/** Sending again later can help. */
	readonly isTransient: boolean;

	constructor(message: string, isTransient: boolean) {
		super(message);
		this.isTransient = isTransient;
	}
}

/** Sends text messages. */
export interface TextMessages {
	/** Resolves when it was taken. @throws TextFailure */
	send(message: TextMessage, signal: AbortSignal): Promise<void>;
}

/**
 * Posts each message to a webhook: `{"to", "text", "id"}` as JSON, the id as `Idempotency-Key`, too. Any 2xx is taken; 408, 429 and 5xx may
 * pass, everything else is refused for good.
 */
export function textMessages(url: string, timeoutMilliseconds = 15_000): TextMessages {
	// fetch takes no addresses with a name and password in them.
	const address = new URL(url);
	const { username, password } = address;
	[address.username, address.password] = ["", ""];
	const basic = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64");
	const authorization: Record<string, string> = username === "" ? {} : { authorization: `Basic ${basic}` };
	return {
		async send(message, signal) {
			let status: number;
			try {
				const answer = await fetch(address, {
					method: "POST",
					headers: { "content-type": "application/json", "idempotency-key": message.id, ...authorization },
					body: JSON.stringify(message),
					redirect: "error",
					signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMilliseconds)]),
				});
				status = answer.status;
				await answer.body?.cancel();
			} catch {
				throw new TextFailure("text not taken: no answer", true);
			}
			if (status >= 200 && status < 300) return;
			throw new TextFailure(`text not taken: ${status}`, status >= 500 || status === 408 || status === 429);
		},
	};
}
