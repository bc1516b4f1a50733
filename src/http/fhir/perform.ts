import { targetName } from "./access-record.ts";
import { carryOut } from "./carry-out.ts";
import type { Interaction } from "./interaction.ts";
import type { FhirRequest, InteractionResult } from "./request.ts";
import type { Runs } from "./runs.ts";
import { writeResult } from "./write-result.ts";

/** What an interaction came to, and whether the access log has it. */
export interface Performed extends InteractionResult {
	readonly noted: boolean;
}

/**
 * Performs one interaction in one transaction, as a request of its own or as an entry of a batch. A write is noted with it.
 *
 * @param returns - what a write answers with when the client has no preference
 */
export async function perform(
	runs: Runs,
	interaction: Interaction,
	request: FhirRequest,
	returns: "minimal" | "representation",
): Promise<Performed> {
	if (interaction.kind === "reading") {
		return { ...(await runs.read((tx) => interaction.run(tx, request))), noted: false };
	}
	const intent = interaction.intent(request);
	return runs.write(async (tx) => {
		const [written] = await carryOut(tx, [intent], request.base);
		const result = writeResult(
			written ?? { outcome: "absent", version: undefined },
			request.preferences.return ?? returns,
		);
		runs.note?.(tx, interaction.code, targetName(request.target), result.touched);
		return { ...result, noted: runs.note !== undefined };
	});
}
