import type { Entity } from "../tables/all.ts";
import type { Transaction } from "./database.ts";
import type { RowValues } from "./rows.ts";

/** Rows one statement wrote. Of deleted rows only `id` and, where the table has it, `userId` are known. */
export interface RowsWritten {
	readonly entity: Entity;
	readonly kind: "insert" | "update" | "delete";
	readonly rows: readonly RowValues[];
}

/**
 * What follows from rows that were written, within their transaction: called once, before it commits, with everything it wrote to the tables
 * asked for. Nothing to do is `undefined`, which costs nothing. What it needs to see or write beyond the caller's rights it does by
 * `tx.asSystem`; rows it writes itself cause no further call. When it fails, the whole transaction does.
 */
export type Reaction = (tx: Transaction, written: readonly RowsWritten[]) => Promise<void> | undefined;

/** Who reacts to which tables. */
export interface Reactions {
	/** From now on. */
	add(entities: readonly Entity[], reaction: Reaction): void;
	/** Calls whom the rows concern, one after the other. */
	run(tx: Transaction, written: readonly RowsWritten[]): Promise<void>;
}

/** Nobody reacts yet. */
export function reactions(): Reactions {
	const registered: { readonly entities: ReadonlySet<Entity>; readonly reaction: Reaction }[] = [];
	return {
		add: (entities, reaction) => void registered.push({ entities: new Set(entities), reaction }),
		async run(tx, written) {
			if (written.length === 0) return;
			for (const { entities, reaction } of registered) {
				const concerned = written.filter(({ entity, rows }) => rows.length > 0 && entities.has(entity));
				const reacting = concerned.length === 0 ? undefined : reaction(tx, concerned);
				if (reacting !== undefined) await reacting;
			}
		},
	};
}
