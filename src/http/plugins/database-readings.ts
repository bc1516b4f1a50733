import type { Database } from "../../store/database.ts";
import type { Reading } from "./metrics.ts";

const states = ["open", "busy", "waiting"] as const;

/** What /metrics tells of the database: whether it is reached, the connections to it, and how often writes came in each other's way. */
export function databaseReadings(database: Pick<Database, "load" | "reach">): Reading[] {
	return [
		{
			name: "heart_database_up",
			help: "1 while the database answers and takes writes",
			labelNames: [],
			read: async () => [
				{
					labels: {},
					value: await database.reach().then(
						() => 1,
						() => 0,
					),
				},
			],
		},
		{
			name: "heart_database_connections",
			help: "Connections by what they are for; waiting: statements (read, append) or transactions (write) that wait for one",
			labelNames: ["kind", "state"],
			read: () =>
				Object.entries(database.load().connections).flatMap(([kind, load]) =>
					states.map((state) => ({ labels: { kind, state }, value: load[state] })),
				),
		},
		{
			name: "heart_database_retries",
			help: "Transactions tried again since the start because others came in their way",
			labelNames: [],
			read: () => [{ labels: {}, value: database.load().retries }],
		},
	];
}
