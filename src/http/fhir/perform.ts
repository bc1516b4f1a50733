import { carryOut } from "./carry-out.ts";
import type { Interaction } from "./interaction.ts";
import type { FhirRequest, InteractionResult } from "./request.ts";
import type { Runs } from "./runs.ts";
import { writeResult } from "./write-result.ts";

/**
 * Performs one interaction in one transaction, as a request of its own or as an entry of a batch.
 *
 * @param returns - what a write answers with when the client has no preference
 */
export async function perform(
	runs: Runs,
	interaction: Interaction,
	request: FhirRequest,
	returns: "minimal" | "representation",
): Promise<InteractionResult> {
	if (interaction.kind === "reading") return runs.read((tx) => interaction.run(tx, request));
	const intent = interaction.intent(request);
	const [written] = await runs.write((tx) => carryOut(tx, [intent], request.base));
	return writeResult(written ?? { outcome: "absent", version: undefined }, request.preferences.return ?? returns);
}
