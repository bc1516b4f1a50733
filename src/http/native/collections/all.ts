import type { Collection } from "../descriptor.ts";
import { activities } from "./activities.ts";
import { alerts } from "./alerts.ts";
import { calendars } from "./calendars.ts";
import { dailyScores } from "./daily-scores.ts";
import { deviceSyncLogs } from "./device-sync-logs.ts";
import { devices } from "./devices.ts";
import { eventTemplates } from "./event-templates.ts";
import { events } from "./events.ts";
import { exerciseLogs } from "./exercise-logs.ts";
import { exercisePrescriptions } from "./exercise-prescriptions.ts";
import { exercises } from "./exercises.ts";
import { foodCategories } from "./food-categories.ts";
import { foodItems } from "./food-items.ts";
import { hydrationLogs } from "./hydration-logs.ts";
import { mealItems } from "./meal-items.ts";
import { meals } from "./meals.ts";
import { medicationLogs } from "./medication-logs.ts";
import { medications } from "./medications.ts";
import { patients } from "./patients.ts";
import { providers } from "./providers.ts";
import { sleepLogs } from "./sleep-logs.ts";
import { therapyGoals } from "./therapy-goals.ts";
import { therapyPhases } from "./therapy-phases.ts";
import { therapyRoutines } from "./therapy-routines.ts";
import { users } from "./users.ts";
import { vitals } from "./vitals.ts";

/** Every collection below /api, in the order of the documented tables. */
export const collections: readonly Collection[] = [
	users,
	patients,
	providers,
	vitals,
	medications,
	medicationLogs,
	alerts,
	calendars,
	events,
	eventTemplates,
	foodCategories,
	foodItems,
	meals,
	mealItems,
	exercises,
	exercisePrescriptions,
	exerciseLogs,
	therapyPhases,
	therapyRoutines,
	activities,
	therapyGoals,
	devices,
	deviceSyncLogs,
	sleepLogs,
	hydrationLogs,
	dailyScores,
];
