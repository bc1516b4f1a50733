import { addAlerts } from "./alerts.ts";
import { addCalendar } from "./calendar.ts";
import { type Chunk, emptyChunk } from "./chunk.ts";
import { addDevices } from "./devices.ts";
import { addGoals } from "./goals.ts";
import { addHydration } from "./hydration.ts";
import type { Library } from "./library/library.ts";
import { addMeals } from "./meals.ts";
import { addMedications } from "./medications.ts";
import { type Admission, addPerson } from "./person.ts";
import { addProviders } from "./providers.ts";
import { addScores } from "./scores.ts";
import { addSleep } from "./sleep.ts";
import { addTraining } from "./training.ts";
import { addVitals } from "./vitals.ts";

/** Everything of one patient: the same admission and library always give the same rows. */
export function patientChunk(admission: Admission, library: Library, vitalsPerDay: number): Chunk {
	const chunk = emptyChunk();
	const person = addPerson(chunk, admission);
	addProviders(chunk, person);
	const measurements = addVitals(chunk, person, vitalsPerDay);
	const doses = addMedications(chunk, person);
	addAlerts(chunk, person, measurements, doses);
	const sessions = addTraining(chunk, person, library);
	addCalendar(chunk, person, sessions);
	const eaten = addMeals(chunk, person, library);
	addGoals(chunk, person);
	addDevices(chunk, person, admission.position);
	const nights = addSleep(chunk, person);
	addHydration(chunk, person);
	addScores(chunk, person, { measurements, sessions, doses, nights, eaten });
	return chunk;
}
