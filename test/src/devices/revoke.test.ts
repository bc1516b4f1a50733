import t from "tap";
import { serverCaller } from "../../../src/access/caller.ts";
import { disconnect } from "../../../src/devices/connect.ts";
import { CallFailure } from "../../../src/devices/http-client.ts";
import type { DeviceParts } from "../../../src/devices/parts.ts";
import { resealConnections } from "../../../src/devices/reseal.ts";
import { revokeDue } from "../../../src/devices/revoke.ts";
import { polarSandbox } from "../../../src/devices/sandbox/polar.ts";
import { serveStandIn } from "../../../src/devices/sandbox/serve.ts";
import { sandboxClock } from "../../../src/devices/sandbox/stand-in.ts";
import { stravaSandbox } from "../../../src/devices/sandbox/strava.ts";
import { anonymiseAccount } from "../../../src/native/anonymise-account.ts";
import { sealer } from "../../../src/secrets/sealer.ts";
import { connected, deviceParts, peopledDatabase } from "../../support/devices.ts";
import { testKey } from "../../support/postgres.ts";

const { database, people, rows } = await peopledDatabase(t);
const clock = sandboxClock();
const client = { clientId: "app", clientSecret: "app-secret", clock };
const strava = stravaSandbox({ ...client, generated: false });
const polar = polarSandbox(client);
const [stravaServed, polarServed] = [await serveStandIn(strava.standIn), await serveStandIn(polar.standIn)];
t.teardown(stravaServed.close);
t.teardown(polarServed.close);
const parts = deviceParts(database, clock, { strava: stravaServed.base, polar: polarServed.base });
const warned: object[] = [];
const away: DeviceParts = {
	...parts,
	ask: () => Promise.reject(new CallFailure("cut")),
	log: { warn: (fields) => void warned.push(fields) },
};
const left = () => rows("select vendor, access_token, attempts from devices.revocation");
const taken = () => strava.counts.get("/oauth/deauthorize") ?? 0;

t.test("the vendor is away when somebody disconnects: kept sealed, done later, then gone", async (t) => {
	await connected(parts, "strava", people.patient);
	t.equal(await disconnect(away, "strava", people.patient), 1, "they are not kept waiting");
	t.match(await rows("select access_token, refresh_token, is_active from device_connections"), [
		{ access_token: null, refresh_token: null, is_active: false },
	]);
	t.match(await left(), [{ vendor: "strava", access_token: /^s1\./, attempts: 1 }]);
	t.match(warned, [{ attempts: 1 }]);
	t.notMatch(JSON.stringify(warned), /sandbox/);
	await revokeDue(parts);
	t.equal(taken(), 0, "not before its time");
	await rows("update devices.revocation set next_at = now()");
	await Promise.all([revokeDue(parts), revokeDue(parts)]);
	t.equal(taken(), 1, "once, whoever looks");
	t.same(await left(), []);
});

t.test("an access token that has ended is refreshed for it", async (t) => {
	const before = taken();
	await connected(parts, "strava", people.patient);
	clock.advance(7 * 3_600_000);
	const refreshes = strava.counts.get("/oauth/token") ?? 0;
	await disconnect(parts, "strava", people.patient);
	t.equal(strava.counts.get("/oauth/token"), refreshes + 1);
	t.equal(taken(), before + 1);
	t.same(await left(), []);
	strava.revoke(1_000_001);
});

t.test("a deleted account: its access is taken back at each vendor, and nothing of it is left", async (t) => {
	await connected(parts, "strava", people.patient2);
	await connected(parts, "polar", people.patient2);
	const [{ password }] = await rows(`select password from users where id = ${people.patient2}`);
	await database.write(serverCaller, (tx) => anonymiseAccount(tx, people.patient2, password));
	t.equal((await left()).length, 2);
	const rotated = Buffer.alloc(32, 9);
	await resealConnections(database, sealer([rotated, testKey]));
	const before = taken();
	await revokeDue({ ...parts, sealer: sealer([rotated]) });
	t.equal(taken(), before + 1);
	t.equal(polar.counts.get("/v3/users/475"), 1, "Polar is told whom, which the account no longer says");
	t.same(await left(), []);
});

t.test("a row that is deleted, and a vendor that never answers: given up after three days", async (t) => {
	const id = await connected(parts, "strava", people.other);
	await rows(`delete from device_connections where id = ${id}`);
	await revokeDue(away);
	t.equal((await left()).length, 1);
	await rows("update devices.revocation set next_at = now(), keep_until = now()");
	await revokeDue(away);
	t.same(await left(), []);
});

t.test("a vendor that does not know the access any more has done it", async (t) => {
	await connected(parts, "strava", people.patient);
	strava.revoke(1_000_001);
	await disconnect(parts, "strava", people.patient);
	t.same(await left(), []);
});
