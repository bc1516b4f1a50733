/** Swagger UI, in the page's own script. */
declare const ui: { preauthorizeApiKey(scheme: string, token: string): void };

/** An answer as Swagger UI shows it. */
interface Shown {
	readonly ok: boolean;
	readonly url: string;
	readonly obj?: { readonly token?: unknown };
}

/**
 * Runs in the browser (Swagger UI is sent its text): whoever tries `POST /api/auth/login` or `register` is signed in with the token
 * of the answer, as if they had put it under "Authorize".
 */
export function useTokenOfSignIn(answer: Shown): Shown {
	const token = answer.ok && /\/api\/auth\/(login|register)$/.test(answer.url) ? answer.obj?.token : undefined;
	if (typeof token === "string") ui.preauthorizeApiKey("bearer", token);
	return answer;
}
