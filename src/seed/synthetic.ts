import { serverCaller } from "../access/caller.ts";
import type { Database, Transaction } from "../store/database.ts";
import { hasEmail, lockSeeding } from "../store/seeding.ts";
import { emptyChunk } from "./chunk.ts";
import { patientChunk } from "./patient.ts";
import type { Progress } from "./progress.ts";
import { randomOf } from "./random.ts";
import { addStaff, type StaffMember } from "./staff.ts";
import { storeLibrary } from "./stored-library.ts";
import { countRows, writeChunk } from "./write.ts";

/** How much synthetic data to make. */
export interface SyntheticOptions {
	readonly patients: number;
	readonly days: number;
	/** Any word; the same one always gives the same people and numbers. */
	readonly seed: string;
	readonly vitalsPerDay: number;
	/** The data ends here. */
	readonly now: Date;
	/** bcrypt hash that every account gets; null = nobody can sign in as these people. */
	readonly passwordHash: string | null;
	readonly progress: Progress;
}

const PATIENTS_PER_THERAPIST = 25;

/**
 * Adds people with emails `patient<seed>-<n>@seed.example`, 25 to each `therapist<seed>-<n>@seed.example`, to whatever is in
 * the database. All or nothing.
 *
 * @returns false, with nothing done, when this seed is there already
 */
export async function seedSynthetic(database: Database, options: SyntheticOptions): Promise<boolean> {
	return database.write(serverCaller, async (tx) => {
		await lockSeeding(tx);
		if (await hasEmail(tx, syntheticEmail("patient", options.seed, 1))) return false;
		await addPeople(tx, options);
		options.progress.finish();
		return true;
	});
}

/** The address of the n-th synthetic person, from 1. */
function syntheticEmail(role: "patient" | "therapist", seed: string, position: number): string {
	return `${role}${seed}-${position}@seed.example`;
}

async function addPeople(tx: Transaction, options: SyntheticOptions): Promise<void> {
	const { patients, days, seed, vitalsPerDay, now, passwordHash, progress } = options;
	const createdAt = new Date(now.getTime() - (days + 500) * 86_400_000).toISOString();
	const { library, rows } = await storeLibrary(tx, createdAt);
	progress.advance("library", rows);
	const staff = emptyChunk();
	const therapists = Array.from({ length: Math.ceil(patients / PATIENTS_PER_THERAPIST) }, (_, at): StaffMember => {
		const email = syntheticEmail("therapist", seed, at + 1);
		return { email, name: `Therapist ${seed}-${at + 1}`, role: "therapist", passwordHash };
	});
	addStaff(staff, therapists, createdAt);
	const therapistIds = (await writeChunk(tx, staff)).get("users") ?? [];
	progress.advance("therapists", countRows(staff));
	for (let position = 0; position < patients; position++) {
		const email = syntheticEmail("patient", seed, position + 1);
		const therapistId = therapistIds[Math.floor(position / PATIENTS_PER_THERAPIST)] ?? 0;
		const who = { random: randomOf(`${seed}/${position}`), now, dayCount: days, position, email };
		const chunk = patientChunk({ ...who, passwordHash, therapistId }, library, vitalsPerDay);
		await writeChunk(tx, chunk);
		progress.advance(`patient ${position + 1} of ${patients}`, countRows(chunk));
	}
}
