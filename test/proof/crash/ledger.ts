/** What a client has written and knows of it: the truth a server is held to after a crash. */

/** The JSON of one version as it was sent. Its text is found by search under `token`. */
export interface Version {
	readonly token: string;
	readonly body: Readonly<Record<string, unknown>>;
}

/** A resource or a native row over its life. Only one worker at a time writes to it. */
export interface Chain {
	readonly face: "fhir" | "native";
	/** Resource type, or the collection's path. */
	readonly type: string;
	/** Undefined until the client was told. */
	id: string | undefined;
	/** Versions known to be stored, oldest first. */
	readonly versions: Version[];
	deleted: boolean;
	/** Being written to, or nobody knows how that ended. */
	busy: boolean;
}

/** What a write does to one chain. */
export interface Step {
	readonly chain: Chain;
	/** Undefined: it deletes. */
	readonly version: Version | undefined;
}

/** One request that writes. */
export interface Operation {
	/** Also its request id, by which the access log knows it. */
	readonly token: string;
	readonly method: string;
	readonly path: string;
	readonly body: unknown;
	readonly key: string | undefined;
	/** In the order of the entries, where it is a Bundle. */
	readonly steps: readonly Step[];
	/** Whether all steps stand or fall together. */
	readonly atomic: boolean;
	/** Whether the client got its answer. */
	acknowledged: boolean;
}

/** Everything written so far. */
export interface Ledger {
	readonly chains: Chain[];
	/** Of the round under way. */
	operations: Operation[];
	/** Request ids of reads that were answered, of the round under way. */
	reads: string[];
}

/** An empty one. */
export function openLedger(): Ledger {
	return { chains: [], operations: [], reads: [] };
}

/** A chain that an operation is about to begin. */
export function newChain(ledger: Ledger, face: Chain["face"], type: string): Chain {
	const chain: Chain = { face, type, id: undefined, versions: [], deleted: false, busy: true };
	ledger.chains.push(chain);
	return chain;
}

/** Writes down that a step has happened. */
export function stand({ chain, version }: Step, id?: string): void {
	chain.id ??= id;
	if (version === undefined) chain.deleted = true;
	else chain.versions.push(version);
}

/** The version there should be now. */
export function current({ versions, deleted }: Chain): Version | undefined {
	return deleted ? undefined : versions.at(-1);
}
