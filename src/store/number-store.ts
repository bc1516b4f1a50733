import { sql } from "kysely";
import type { Transaction } from "./database.ts";

/** Numbers of sequences that were fetched and not yet used. */
export interface NumberStore {
	take(query: Transaction["query"], sequence: string, count: number): Promise<number[]>;
	/**
	 * To be called before a new connection is used. After a crash of Postgres a sequence may stand where it was before it gave these numbers, if
	 * nothing was committed since: it gives them again. All connections are new then.
	 */
	forget(): void;
}

/** Fetched at once, so that single creates need no round trip of their own; what is left at the end of the process is lost. */
const blockSize = 64;

export function numberStore(): NumberStore {
	const kept = new Map<string, number[]>();
	return {
		async take(query, sequence, count) {
			const left = kept.get(sequence) ?? [];
			if (left.length >= count) return left.splice(0, count);
			const rows = await query(sql<{ n: number }>`
				select nextval(${sequence}::regclass)::int as n from generate_series(1, ${Math.max(count, blockSize)}::int)`);
			const numbers = rows.map(({ n }) => n);
			const taken = numbers.splice(0, count);
			// Others may have fetched meanwhile.
			kept.set(sequence, [...(kept.get(sequence) ?? []), ...numbers]);
			return taken;
		},
		forget: () => kept.clear(),
	};
}
