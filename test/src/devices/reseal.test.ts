import t from "tap";
import { serverCaller } from "../../../src/access/caller.ts";
import { saveSecrets, saveTokens, secretsOf } from "../../../src/devices/access.ts";
import { placeOf } from "../../../src/devices/parts.ts";
import { resealConnections } from "../../../src/devices/reseal.ts";
import { sealer } from "../../../src/secrets/sealer.ts";
import { openDatabase } from "../../../src/store/database.ts";
import { connectionById } from "../../../src/store/devices/connections.ts";
import { insertRows } from "../../../src/store/rows.ts";
import { DeviceConnections } from "../../../src/tables/device-connections.ts";
import { createPeople } from "../../support/people.ts";
import { testDatabase } from "../../support/postgres.ts";

const place = await testDatabase(t);
const database = await openDatabase({ url: place.serverUrl });
t.teardown(() => database.close());
const people = await createPeople(database);

t.test("after a key is changed everything is sealed anew, and the old key is needed no more", async (t) => {
	const [old, next] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
	const before = sealer([old]);
	const ids = await database.write(serverCaller, async (tx) => {
		const rows = await insertRows(
			tx,
			DeviceConnections,
			Array.from({ length: 250 }, () => ({ userId: people.patient, deviceType: "strava" })),
		);
		for (const { id } of rows) {
			const tokens = { access: `access-${id}`, refresh: `refresh-${id}`, expiresAt: undefined, reply: {} };
			await saveTokens({ sealer: before }, tx, id as number, tokens);
		}
		await saveSecrets({ sealer: before }, tx, rows[0]?.id as number, { pushSecret: "s" });
		return rows.map(({ id }) => id as number);
	});
	t.equal(await resealConnections(database, sealer([next, old])), 250);
	t.equal(await resealConnections(database, sealer([next, old])), 0);
	const after = sealer([next]);
	for (const id of ids) {
		const row = await database.read(serverCaller, (tx) => connectionById(tx, id));
		t.equal(after.open(row?.accessToken ?? "", placeOf(id, "access_token")), `access-${id}`);
		t.equal(after.open(row?.refreshToken ?? "", placeOf(id, "refresh_token")), `refresh-${id}`);
		if (id === ids[0] && row !== undefined) t.same(secretsOf({ sealer: after }, row), { pushSecret: "s" });
	}
});
