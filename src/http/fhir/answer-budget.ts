import { Failure } from "../../fhir/failure.ts";

/** Characters the reads of one Bundle may answer with together. */
const mostCharacters = 64 * 1024 * 1024;

/** What the reads of one Bundle have left. */
export interface AnswerBudget {
	/** @throws Failure too-costly - nothing is left */
	check(): void;
	/** @throws Failure too-costly - this is more than is left */
	spend(text: string | undefined): void;
}

/** A full budget: a Bundle of many searches, each answered by a page of a thousand, would fill the memory of any server. */
export function answerBudget(most = mostCharacters): AnswerBudget {
	let left = most;
	const check = () => {
		if (left >= 0) return;
		throw new Failure("too-costly", `The reads of one Bundle may answer with at most ${most} characters; ask for less`);
	};
	return {
		check,
		spend(text) {
			left -= text?.length ?? 0;
			check();
		},
	};
}
