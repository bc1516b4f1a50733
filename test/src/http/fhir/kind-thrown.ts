import { Failure } from "../../../../src/fhir/failure.ts";

/** The kind of the Failure that `work` throws; undefined when it throws none. */
export function kindThrown(work: () => unknown): Failure["kind"] | undefined {
	try {
		work();
	} catch (error) {
		if (error instanceof Failure) return error.kind;
		throw error;
	}
	return undefined;
}
