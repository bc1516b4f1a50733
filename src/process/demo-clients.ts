import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import type { Clients, ClientValues } from "../auth/clients.ts";
import { Failure } from "../fhir/failure.ts";

/** Where the clients of the demo are and the key of its backend client is kept. */
export interface DemoClientOptions {
	/** Public address, without a trailing slash. */
	readonly baseUrl: string;
	readonly dataDir: string;
}

/** The secret of `demo-ehr`. */
const demoSecret = "demo-ehr-secret";

/** Registers the demo's apps where they are not registered yet: `demo-app`, `demo-ehr` and `demo-backend`. */
export async function addDemoClients(clients: Clients, { baseUrl, dataDir }: DemoClientOptions): Promise<void> {
	const usual = { jwks: null, jwksUri: null, scopes: null, launchUrl: null } as const;
	const loopback = "http://127.0.0.1:9876";
	await addUnlessThere(clients, "demo-app", {
		...usual,
		name: "Demo app",
		authMethod: "none",
		redirectUris: [`${baseUrl}/apps/vitals/`, `${loopback}/callback`],
		launchUrl: `${baseUrl}/apps/vitals/launch.html`,
	});
	const ehr = {
		...usual,
		name: "Demo EHR app",
		authMethod: "client_secret_basic",
		redirectUris: [`${loopback}/callback`],
	} as const;
	await addUnlessThere(clients, "demo-ehr", { ...ehr, launchUrl: `${loopback}/launch` }, demoSecret);
	const { d: _d, ...publicKey } = await keptKey(dataDir);
	await addUnlessThere(clients, "demo-backend", {
		...usual,
		name: "Demo backend",
		authMethod: "private_key_jwt",
		redirectUris: [],
		jwks: { keys: [publicKey] },
		scopes: "system/*.cruds",
	});
}

async function addUnlessThere(
	clients: Clients,
	clientId: string,
	values: ClientValues,
	secret?: string,
): Promise<void> {
	try {
		await clients.add(clientId, values, secret);
	} catch (error) {
		if (!(error instanceof Failure) || error.kind !== "conflict") throw error;
		// A key made anew (another DATA_DIR), another BASE_URL: the demo stays usable.
		await clients.change(clientId, values);
	}
}

/** The backend client's private JWK (ES384), made on the first call. Of servers that make one at once, all get the same. */
async function keptKey(dataDir: string): Promise<JWK> {
	const path = join(dataDir, "demo-backend.jwk.json");
	const known = readKey(path);
	if (known !== undefined) return known;
	const { privateKey } = await generateKeyPair("ES384", { extractable: true });
	const jwk = { ...(await exportJWK(privateKey)), kid: "demo-backend", alg: "ES384", use: "sig" };
	const draft = `${path}.${process.pid}`;
	mkdirSync(dataDir, { recursive: true, mode: 0o700 });
	writeFileSync(draft, `${JSON.stringify(jwk, null, "\t")}\n`, { mode: 0o600 });
	try {
		linkSync(draft, path);
	} catch (error) {
		if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
	} finally {
		rmSync(draft, { force: true });
	}
	return readKey(path) ?? jwk;
}

function readKey(path: string): JWK | undefined {
	try {
		return JSON.parse(readFileSync(path, "utf8")) as JWK;
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
		throw error;
	}
}
