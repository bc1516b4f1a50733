import type { FastifyInstance } from "fastify";
import { bucketsOf } from "../../../native/buckets.ts";
import { complianceWith } from "../../../native/prescription-compliance.ts";
import type { Transaction } from "../../../store/database.ts";
import { activePrescriptions, trainedWithin } from "../../../store/exercise-figures.ts";
import { requireRow } from "../../../store/rows.ts";
import { ExercisePrescriptions } from "../../../tables/exercise-prescriptions.ts";
import { refuseOtherMethods } from "../../plugins/refuse-methods.ts";
import { type AboutServices, readAbout, readAboutPatient, todayOf } from "../about-person.ts";
import { civilDays } from "../civil-range.ts";
import { exercisePrescriptions } from "../collections/exercise-prescriptions.ts";
import type { DeriveTools } from "../derive.ts";
import { present } from "../values.ts";
import { exerciseSchemas as schemas } from "./exercise-schemas.ts";

const limits = { defaultDays: 28, mostDays: 366 };

/** Prescriptions to follow, compliance with them, and what was trained by week. */
export function registerExerciseRoutes(app: FastifyInstance, services: AboutServices & DeriveTools): void {
	const prescriptions = "/api/exercise-prescriptions";

	app.get(`${prescriptions}/patient/:id/active`, { schema: schemas.active }, (request) =>
		readAboutPatient(
			services,
			request,
			"exercise-prescriptions/patient/:id/active",
			async (tx, _person, patient, at) => {
				const today = todayOf(at);
				const rows = await activePrescriptions(tx, patient.id as number, today.toString());
				const days = { ...at, from: today.subtract({ days: limits.defaultDays - 1 }), to: today };
				const found = await complianceWith(tx, rows, days);
				return {
					data: rows.map((row, index) => ({
						...present(exercisePrescriptions, row, services),
						exerciseName: row.exerciseName,
						compliance: { ...shown(found[index]), sessions: undefined },
					})),
				};
			},
		),
	);

	app.get(`${prescriptions}/:id/compliance`, { schema: schemas.compliance }, (request) => {
		const { id } = request.params as { id: number };
		// The prescription names the patient's profile; that is whom it is about.
		const prescribed = (tx: Transaction) => requireRow(tx, ExercisePrescriptions, id);
		return readAboutPatient(
			services,
			request,
			"exercise-prescriptions/:id/compliance",
			async (tx, _person, _patient, at) => {
				const range = civilDays(request.query as { from?: string; to?: string }, at.zone, at.now, limits);
				const [found] = await complianceWith(tx, [await prescribed(tx)], { ...at, ...range });
				return { from: range.from.toString(), to: range.to.toString(), ...shown(found) };
			},
			async (tx) => (await prescribed(tx)).patientId as number,
		);
	});

	app.get("/api/exercise-logs/weekly-summary", { schema: schemas.weekly }, (request) =>
		readAbout(services, request, "exercise-logs/weekly-summary", async (tx, { userId, zone, now }) => {
			const { weeks: count = 8 } = request.query as { weeks?: number };
			const from = now
				.toZonedDateTimeISO(zone)
				.subtract({ weeks: count - 1 })
				.toInstant();
			const weeks = (bucketsOf("week", zone, from, now.add({ nanoseconds: 1 }), count + 1) ?? []).slice(-count);
			const edge = (moment: Temporal.ZonedDateTime) => moment.toInstant().toString();
			const stretches = weeks.map(({ starts, ends }) => ({ from: edge(starts), before: edge(ends) }));
			const trained = await trainedWithin(tx, userId, stretches);
			return {
				userId,
				timezone: zone,
				weeks: weeks.map(({ starts }, index) => ({ weekOf: starts.toPlainDate().toString(), ...trained[index] })),
			};
		}),
	);

	refuseOtherMethods(app, `${prescriptions}/patient/:id/active`, ["GET"]);
	refuseOtherMethods(app, `${prescriptions}/:id/compliance`, ["GET"]);
	refuseOtherMethods(app, "/api/exercise-logs/weekly-summary", ["GET"]);
}

function shown(found: Awaited<ReturnType<typeof complianceWith>>[number] | undefined): object {
	if (found === undefined) return {};
	const { regimen, sessions, taken, ...sums } = found;
	return {
		...sums,
		done: taken,
		regimen: { remarks: [], ...regimen },
		sessions: sessions.map(({ takenAt, state, ...dose }) => ({
			...dose,
			doneAt: takenAt,
			state: state === "taken" ? "done" : state,
		})),
	};
}
