import { Activities } from "./activities.ts";
import { Alerts } from "./alerts.ts";
import { CalendarEvents } from "./calendar-events.ts";
import { Calendars } from "./calendars.ts";
import { DailyScores } from "./daily-scores.ts";
import { DeviceConnections } from "./device-connections.ts";
import type { DeviceProvenance } from "./device-provenance.ts";
import { DeviceSyncLogs } from "./device-sync-logs.ts";
import { EventTemplates } from "./event-templates.ts";
import { ExerciseLogs } from "./exercise-logs.ts";
import { ExercisePrescriptions } from "./exercise-prescriptions.ts";
import { Exercises } from "./exercises.ts";
import { FoodCategories } from "./food-categories.ts";
import { FoodItems } from "./food-items.ts";
import { HydrationLogs } from "./hydration-logs.ts";
import { MealEntries } from "./meal-entries.ts";
import { MealItemEntries } from "./meal-item-entries.ts";
import { MedicationLogs } from "./medication-logs.ts";
import { Medications } from "./medications.ts";
import { Patients } from "./patients.ts";
import { PhysicalTherapyPhases } from "./physical-therapy-phases.ts";
import { Providers } from "./providers.ts";
import { SleepLogs } from "./sleep-logs.ts";
import { TherapyGoals } from "./therapy-goals.ts";
import { TherapyRoutines } from "./therapy-routines.ts";
import { Users } from "./users.ts";
import { VitalsSamples } from "./vitals-samples.ts";

/** Every documented table, in the order of the documentation. */
export const entities = [
	Users,
	Patients,
	Providers,
	VitalsSamples,
	Medications,
	MedicationLogs,
	Alerts,
	Calendars,
	CalendarEvents,
	EventTemplates,
	FoodCategories,
	FoodItems,
	MealEntries,
	MealItemEntries,
	Exercises,
	ExercisePrescriptions,
	ExerciseLogs,
	PhysicalTherapyPhases,
	TherapyRoutines,
	Activities,
	TherapyGoals,
	DeviceConnections,
	DeviceSyncLogs,
	SleepLogs,
	HydrationLogs,
	DailyScores,
] as const;

/** One of the documented tables. */
export type Entity = (typeof entities)[number] | typeof DeviceProvenance;
