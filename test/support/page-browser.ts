import { testPassword } from "./people.ts";

/** A browser without scripts: keeps cookies, sends forms, follows nothing by itself. */
export function pageBrowser(base: string) {
	const jar = new Map<string, string>();
	const send = async (path: string, form?: URLSearchParams | FormData, headers: Record<string, string> = {}) => {
		const url = path.startsWith("http") ? path : base + path;
		const answer = await fetch(url, {
			redirect: "manual",
			headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; "), ...headers },
			...(form === undefined ? {} : { method: "POST", body: form }),
		});
		for (const line of answer.headers.getSetCookie()) {
			const [pair = ""] = line.split(";");
			const [name = "", ...value] = pair.split("=");
			jar.set(name, value.join("="));
		}
		return {
			status: answer.status,
			location: answer.headers.get("location") ?? "",
			text: await answer.text(),
			refresh: answer.headers.get("refresh"),
			csp: answer.headers.get("content-security-policy") ?? "",
		};
	};
	return {
		get: (path: string) => send(path),
		post: (path: string, form: Record<string, string>, headers?: Record<string, string>) =>
			send(path, new URLSearchParams(form), headers),
		/** Sends a file in its field of a form, as `multipart/form-data`. */
		upload(path: string, file: Buffer | string, name: string, headers?: Record<string, string>) {
			const form = new FormData();
			form.append("file", new File([file as never], name));
			return send(path, form, headers);
		},
	};
}

/** One in which a person of the tests (`patient`, `therapist`, …) is signed in. */
export async function signedInBrowser(base: string, name: string): Promise<ReturnType<typeof pageBrowser>> {
	const one = pageBrowser(base);
	const answer = await one.post("/sign-in", { email: `${name}@test.example`, password: testPassword });
	if (answer.status !== 303) throw new Error(`${name} is not signed in: ${answer.text}`);
	return one;
}
