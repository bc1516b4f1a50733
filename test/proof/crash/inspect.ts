import { isDeepStrictEqual } from "node:util";
import type pg from "pg";
import type { Session } from "../../support/server.ts";
import { type Chain, current, type Operation, type Step } from "./ledger.ts";
import { tokenSystem } from "./writes.ts";

/** Told of everything that is not as it must be. */
export type Wrong = (problem: string) => void;

type Resource = Record<string, unknown> & { id: string; meta: { versionId: string }; identifier?: { value: string }[] };

const form = { "content-type": "application/x-www-form-urlencoded" };

/** Whether a step of an unanswered request has happened: its version is there, whole, or its chain is gone. */
export async function hasHappened(session: Session, { chain, version }: Step, wrong: Wrong): Promise<boolean> {
	if (chain.id === undefined) {
		const found = await named(session, chain, version?.token ?? "");
		if (found.length > 1) wrong(`${version?.token}: ${found.length} times in ${chain.type}`);
		const [one] = found;
		if (one === undefined) return false;
		chain.id = String(one.id);
		sameContent(one, { chain, version }, wrong);
		return true;
	}
	const answer = await session.get(`/${chain.face === "fhir" ? "fhir" : "api"}/${chain.type}/${chain.id}`);
	if (version === undefined) return answer.status === 410 || answer.status === 404;
	if (answer.status !== 200) {
		wrong(`${chain.type}/${chain.id}: ${answer.status} in place of ${version.token} or what was before it`);
		return false;
	}
	const happened = tokenOf(answer.body) === version.token;
	sameContent(answer.body, { chain, version: happened ? version : current(chain) }, wrong);
	return happened;
}

/** What is found under a token, by search or by a list's filter. */
async function named(session: Session, chain: Chain, token: string): Promise<Resource[]> {
	if (chain.face === "fhir") return search(session, chain.type, [token]);
	return (await session.get(`/api/${chain.type}?notes=${token}&userId=${ownerOf(chain, token)}`)).body.data;
}

function ownerOf({ versions }: Chain, token: string): unknown {
	return versions[0]?.body.userId ?? owners.get(token);
}

/** users.id of native rows by token, for those nobody knows to be there. */
const owners = new Map<string, unknown>();

/** Remembers whose row a step makes, so that it can be looked for. */
export function rememberOwners(operations: readonly Operation[]): void {
	for (const { steps } of operations) {
		for (const { version } of steps)
			if (version?.body.userId !== undefined) owners.set(version.token, version.body.userId);
	}
}

async function search(session: Session, type: string, tokens: readonly string[]): Promise<Resource[]> {
	const wanted = tokens.map((token) => `${tokenSystem}|${token}`).join();
	const body = `identifier=${encodeURIComponent(wanted)}&_count=1000`;
	const answer = await session.post(`/fhir/${type}/_search`, body, form);
	if (answer.status !== 200) throw new Error(`search for tokens: ${answer.status} ${answer.text}`);
	return (answer.body.entry ?? []).map(({ resource }: { resource: Resource }) => resource);
}

/**
 * Chains against what there is: found by search under their newest token and no older one, with the content and version that were
 * acknowledged; deleted ones nowhere.
 */
export async function checkChains(session: Session, chains: readonly Chain[], wrong: Wrong): Promise<void> {
	const ofFhir = Map.groupBy(
		chains.filter(({ face }) => face === "fhir"),
		({ type }) => type,
	);
	for (const [type, all] of ofFhir) {
		for (let at = 0; at < all.length; at += 60) await checkSearched(session, type, all.slice(at, at + 60), wrong);
	}
	for (const chain of chains) {
		if (chain.face !== "native" || chain.id === undefined) continue;
		const answer = await session.get(`/api/${chain.type}/${chain.id}`);
		const version = current(chain);
		const expected = version === undefined ? 404 : 200;
		if (answer.status !== expected) wrong(`${chain.type}/${chain.id}: ${answer.status} in place of ${expected}`);
		else if (version !== undefined) sameContent(answer.body, { chain, version }, wrong);
	}
}

async function checkSearched(session: Session, type: string, chains: readonly Chain[], wrong: Wrong): Promise<void> {
	const tokens = chains.flatMap(({ versions }) => versions.slice(-6).map(({ token }) => token));
	const found = Map.groupBy(await search(session, type, tokens), tokenOf);
	for (const chain of chains) {
		const version = current(chain);
		if (version === undefined) continue;
		const [resource, ...more] = found.get(version.token) ?? [];
		found.delete(version.token);
		if (resource === undefined || more.length > 0) {
			wrong(`${type}/${chain.id}: ${version.token} is found ${resource === undefined ? "never" : "twice"}`);
			continue;
		}
		if (resource.id !== chain.id) wrong(`${version.token}: is ${resource.id}, was acknowledged as ${chain.id}`);
		if (resource.meta.versionId !== String(chain.versions.length)) {
			wrong(`${type}/${chain.id}: version ${resource.meta.versionId}, acknowledged ${chain.versions.length}`);
		}
		sameContent(resource, { chain, version }, wrong);
	}
	for (const [token, [resource]] of found) wrong(`${type}/${resource?.id}: still found under ${token}`);
}

/** A chain's whole history: every acknowledged version once, newest first, and its end. */
export async function checkHistory(session: Session, chain: Chain, wrong: Wrong): Promise<void> {
	const name = chain.face === "fhir" ? `${chain.type}/${chain.id}` : `Observation/vs-${chain.id}-hr`;
	const answer = await session.get(`/fhir/${name}/_history?_count=1000`);
	const entries: { request: { method: string }; resource?: Resource }[] = answer.body?.entry ?? [];
	const told = entries.map(({ request, resource }) =>
		request.method === "DELETE" ? "DELETE" : chain.face === "fhir" ? tokenOf(resource) : "version",
	);
	const known = chain.versions.map(({ token }) => (chain.face === "fhir" ? token : "version")).reverse();
	const expected = chain.deleted ? ["DELETE", ...known] : known;
	if (!isDeepStrictEqual(told, expected)) wrong(`history of ${name}: ${told.join()} in place of ${expected.join()}`);
}

/** How many resources of a type carry a token at all. */
export async function countOf(session: Session, type: string): Promise<number> {
	const answer = await session.get(`/fhir/${type}?identifier=${encodeURIComponent(`${tokenSystem}|`)}&_summary=count`);
	return answer.body.total;
}

/** Request ids the access log knows, with what their entries name. */
export async function accessesOf(owner: pg.Client, requestIds: readonly string[]): Promise<Map<string, string[]>> {
	const { rows } = await owner.query<{ request_id: string; returned: string[] }>(
		"select request_id, returned from audit.access_log where request_id = any($1) and outcome = 'success'",
		[requestIds],
	);
	const known = new Map<string, string[]>();
	for (const row of rows) known.set(row.request_id, [...(known.get(row.request_id) ?? []), ...row.returned]);
	return known;
}

function tokenOf(body: { identifier?: { value: string }[]; notes?: unknown } | undefined): string {
	return String(body?.identifier?.[0]?.value ?? body?.notes ?? "");
}

/** Everything that was sent is there as it was sent. */
function sameContent(stored: Record<string, unknown>, { chain, version }: Step, wrong: Wrong): void {
	for (const [name, value] of Object.entries(version?.body ?? {})) {
		if (name === "id" || sameValue(stored[name], value)) continue;
		const both = `${JSON.stringify(stored[name])} in place of ${JSON.stringify(value)}`;
		wrong(`${chain.type}/${chain.id} ${version?.token}: ${name} is ${both}`);
	}
}

function sameValue(stored: unknown, sent: unknown): boolean {
	if (isDeepStrictEqual(stored, sent)) return true;
	const isTime = typeof sent === "string" && /^\d{4}-\d\d-\d\dT/.test(sent);
	return isTime && typeof stored === "string" && Date.parse(stored) === Date.parse(sent);
}
