import type { Transaction } from "../../store/database.ts";
import type { FhirRequest, InteractionResult } from "./request.ts";
import type { AskedWrite } from "./write-intent.ts";

/** Where an interaction is declared in a CapabilityStatement. */
export type Level = "instance" | "type" | "system";

interface Common {
	/** Code of the R4 value sets type-restful-interaction and system-restful-interaction. */
	readonly code: string;
	readonly level: Level;
	readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
	/** Below the base; `:type`, `:id` and `:versionId` are filled in. */
	readonly path: string;
}

/** An interaction that only looks. */
export interface ReadingInteraction extends Common {
	readonly kind: "reading";
	run(tx: Transaction, request: FhirRequest): Promise<InteractionResult>;
}

/**
 * An interaction that writes. It only says what is to happen; `carryOut` does it, for one request as for all entries of a
 * transaction, so that there is one way to write.
 */
export interface WritingInteraction extends Common {
	readonly kind: "writing";
	/** @throws Failure invalid - everything that is wrong with the request, at once */
	intent(request: FhirRequest): AskedWrite;
}

export type Interaction = ReadingInteraction | WritingInteraction;
