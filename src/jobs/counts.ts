import type { JobOutcome, ObserveJob } from "./report.ts";

/** How often jobs ended how on this server, by kind and outcome. */
export interface JobCounts {
	readonly observe: ObserveJob;
	read(): {
		readonly labels: { readonly kind: string; readonly outcome: JobOutcome["outcome"] };
		readonly value: number;
	}[];
}

/** None yet. */
export function jobCounts(): JobCounts {
	const counts = new Map<string, ReturnType<JobCounts["read"]>[number]>();
	return {
		observe({ kind, outcome }) {
			const key = `${kind} ${outcome}`;
			counts.set(key, { labels: { kind, outcome }, value: (counts.get(key)?.value ?? 0) + 1 });
		},
		read: () => [...counts.values()],
	};
}
