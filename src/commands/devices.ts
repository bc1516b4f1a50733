/** `npm run devices -- replay <connection id>`: reads the kept payloads of a connection again, after a mistake in reading them was mended. */
import { replay } from "../devices/replay.ts";
import { includeAccess } from "../store/access-log.ts";
import { onGround } from "./on-ground.ts";

const usage = "usage: npm run devices -- replay <connection id>";

const [command, id = ""] = process.argv.slice(2);
await onGround(usage, command === "replay" && /^[1-9]\d{0,8}$/.test(id), async ({ database }, sealer) => {
	const note: Parameters<typeof replay>[0]["note"] = (tx, { target, returned, patients }) =>
		includeAccess(tx, {
			at: new Date().toISOString(),
			actor: tx.caller.actor,
			user_id: tx.caller.userId,
			action: "update",
			target,
			returned,
			patients,
			request_id: "",
			outcome: "success",
		});
	const { payloads, changed } = await replay({ database, sealer, now: Date.now, note }, Number(id));
	process.stdout.write(`${payloads} payloads read again, ${changed} rows changed\n`);
});
