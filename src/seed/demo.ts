import { serverCaller } from "../access/caller.ts";
import { hashPassword } from "../auth/passwords.ts";
import type { Database, Transaction } from "../store/database.ts";
import { hasNoUsers, lockSeeding } from "../store/seeding.ts";
import { emptyChunk } from "./chunk.ts";
import { patientChunk } from "./patient.ts";
import { randomOf } from "./random.ts";
import { addStaff } from "./staff.ts";
import { storeLibrary } from "./stored-library.ts";
import { writeChunk } from "./write.ts";

/** The password of every demo account. */
export const demoPassword = "heart-demo-2026";

const DEMO_DAYS = 180;
const VITALS_PER_DAY = 5;

/** The demo's staff; each therapist with the number of patients they have. */
const demoStaff = [
	{ email: "admin@demo.example", name: "Ada Admin", role: "admin", patients: 0 },
	{ email: "therapist@demo.example", name: "Theresa Lindqvist", role: "therapist", patients: 7 },
	{ email: "therapist2@demo.example", name: "Marcus Okafor", role: "therapist", patients: 5 },
] as const;

/** What seeding the demo needs. */
export interface DemoOptions {
	/** The data ends here. */
	readonly now: Date;
	/** Cost of the one bcrypt hash that all demo accounts share, log2 of the rounds. */
	readonly bcryptCost: number;
	readonly log: (line: string) => void;
}

/**
 * Fills a database without users with the demo people (contract.md): an admin, two therapists, twelve patients with 180 days
 * in every documented table. All or nothing, and only one of several servers does it.
 *
 * @returns whether this call filled it; false when somebody has an account already
 */
export async function seedDemo(database: Database, { now, bcryptCost, log }: DemoOptions): Promise<boolean> {
	const isEmpty = await database.read(serverCaller, hasNoUsers);
	if (!isEmpty) return false;
	const passwordHash = await hashPassword(demoPassword, bcryptCost);
	const rows = await database.write(serverCaller, async (tx) => {
		await lockSeeding(tx);
		return (await hasNoUsers(tx)) ? addDemo(tx, now, passwordHash) : 0;
	});
	if (rows > 0) log(`demo data: ${rows.toLocaleString("en-US")} rows for 12 patients over ${DEMO_DAYS} days`);
	return rows > 0;
}

/** The email of the n-th demo patient, from 1: `patient@`, `patient2@`, ... */
function demoPatientEmail(position: number): string {
	return `patient${position === 1 ? "" : position}@demo.example`;
}

async function addDemo(tx: Transaction, now: Date, passwordHash: string): Promise<number> {
	const createdAt = new Date(now.getTime() - 500 * 86_400_000).toISOString();
	const { library, rows } = await storeLibrary(tx, createdAt);
	const staff = emptyChunk();
	addStaff(
		staff,
		demoStaff.map((member) => ({ ...member, passwordHash })),
		createdAt,
	);
	const staffIds = (await writeChunk(tx, staff)).get("users") ?? [];
	let total = rows + demoStaff.length;
	let position = 0;
	for (const [at, { patients }] of demoStaff.entries()) {
		const therapistId = staffIds[at] ?? 0;
		for (let n = 0; n < patients; n++, position++) {
			const email = demoPatientEmail(position + 1);
			const who = { random: randomOf(`demo/${email}`), now, dayCount: DEMO_DAYS, position, email };
			const chunk = patientChunk({ ...who, passwordHash, therapistId }, library, VITALS_PER_DAY);
			const written = await writeChunk(tx, chunk);
			for (const ids of written.values()) total += ids.length;
		}
	}
	return total;
}
