import type { Caller } from "../../access/caller.ts";
import type { Database, Transaction } from "../../store/database.ts";
import { carryOut } from "./carry-out.ts";
import type { Interaction } from "./interaction.ts";
import type { FhirRequest, InteractionResult } from "./request.ts";
import { writeResult } from "./write-result.ts";

/** How a single interaction is performed: for real, or as if. */
export interface Mode {
	readonly dryRun: boolean;
	/** What a write answers with when the client has no preference. */
	readonly returns: "minimal" | "representation";
}

/** Performs one interaction in a transaction of its own, as a request of its own or as an entry of a batch. */
export async function perform(
	database: Database,
	caller: Caller,
	interaction: Interaction,
	request: FhirRequest,
	mode: Mode,
): Promise<InteractionResult> {
	if (interaction.kind === "reading") return database.read(caller, (tx) => interaction.run(tx, request));
	const intent = interaction.intent(request);
	const [written] = await write(database, caller, mode.dryRun, (tx) => carryOut(tx, [intent], request.base));
	return writeResult(written ?? { outcome: "absent", version: undefined }, request.preferences.return ?? mode.returns);
}

/** A write transaction that, in a dry run, is undone when it has succeeded; the result is the same either way. */
export async function write<T>(
	database: Database,
	caller: Caller,
	dryRun: boolean,
	work: (tx: Transaction) => Promise<T>,
): Promise<T> {
	if (!dryRun) return database.write(caller, work);
	const done: T[] = [];
	try {
		await database.write(caller, async (tx) => {
			done[0] = await work(tx);
			throw undo;
		});
	} catch (error) {
		if (error !== undo) throw error;
	}
	return done[0] as T;
}

/** Thrown to end a transaction that shall leave nothing behind. */
const undo = new Error("dry run: everything is rolled back");
