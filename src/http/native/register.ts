import type { FastifyInstance } from "fastify";
import { registerTypedParameters } from "../plugins/typed-parameters.ts";
import type { AboutServices } from "./about-person.ts";
import { type NativeServices, registerCollection } from "./collection.ts";
import { collections } from "./collections/all.ts";
import { type ClientServices, registerAdminClients } from "./routes/admin-clients.ts";
import { type IdentityLinkServices, registerAdminIdentityLinks } from "./routes/admin-identity-links.ts";
import { registerAlertRuleRoutes } from "./routes/alert-rules.ts";
import { registerAlertStream } from "./routes/alert-stream.ts";
import { registerAlertRoutes } from "./routes/alerts.ts";
import { registerAssignTherapist } from "./routes/assign-therapist.ts";
import { type AuthServices, registerAuthRoutes } from "./routes/auth.ts";
import { type CalendarServices, registerCalendarFeed, registerCalendars } from "./routes/calendars.ts";
import { registerDailyScoreRoutes } from "./routes/daily-scores.ts";
import { registerAccountDeletion } from "./routes/delete-account.ts";
import { registerDeviceCallback, registerDeviceConnect } from "./routes/device-connect.ts";
import { registerDeviceEvents } from "./routes/device-events.ts";
import { registerDeviceExport } from "./routes/device-export.ts";
import { type DeviceServices, registerDevices } from "./routes/devices.ts";
import { registerEvents } from "./routes/events.ts";
import { registerExerciseRoutes } from "./routes/exercises.ts";
import { type LaunchServices, registerLaunch } from "./routes/launch.ts";
import { registerMealRoutes } from "./routes/meals.ts";
import { registerMedicationRoutes } from "./routes/medications.ts";
import { type PasswordServices, registerPasswordChange, registerPasswordReset } from "./routes/passwords.ts";
import { registerPatientOverview } from "./routes/patient-overview.ts";
import { registerProfile } from "./routes/profile.ts";
import { registerSameWorkouts } from "./routes/same-workouts.ts";
import { registerSyncProgress } from "./routes/sync-progress.ts";
import { registerVitalsRoutes } from "./routes/vitals.ts";
import { registerWellnessRoutes } from "./routes/wellness.ts";

/** What all native routes together are made of; each group names its own share. */
export type AllNativeServices = NativeServices &
	PasswordServices &
	AuthServices &
	AboutServices &
	LaunchServices &
	ClientServices &
	IdentityLinkServices &
	CalendarServices &
	DeviceServices;

/**
 * Puts the native REST routes under /api: the collections, and what is more than rows (routes/README.md). Those inside `signedIn` tell
 * whoever is not signed in just that, whatever else is wrong with the request.
 */
export async function registerNative(app: FastifyInstance, services: AllNativeServices): Promise<void> {
	await app.register(async (native) => {
		registerTypedParameters(native);
		registerAuthRoutes(native, services);
		registerPasswordReset(native, services);
		registerCalendarFeed(native, services);
		registerDeviceCallback(native, services);
		await registerDeviceEvents(native, services);
		await native.register(async (signedIn) => {
			signedIn.addHook("onRequest", async (request) => {
				if (request.routeOptions.config.refusesMethod !== true) await request.caller();
			});
			registerLaunch(signedIn, services);
			registerAdminClients(signedIn, services);
			registerAdminIdentityLinks(signedIn, services);
			registerDevices(signedIn, services);
			registerDeviceConnect(signedIn, services);
			registerSameWorkouts(signedIn, services);
			registerSyncProgress(signedIn, services);
			await registerDeviceExport(signedIn, services);
			for (const collection of collections) registerCollection(signedIn, services, collection);
			registerPasswordChange(signedIn, services);
			registerProfile(signedIn, services);
			registerAccountDeletion(signedIn, services);
			registerVitalsRoutes(signedIn, services);
			registerMedicationRoutes(signedIn, services);
			registerMealRoutes(signedIn, services);
			registerExerciseRoutes(signedIn, services);
			registerWellnessRoutes(signedIn, services);
			registerPatientOverview(signedIn, services);
			registerAssignTherapist(signedIn, services);
			registerEvents(signedIn, services);
			registerAlertRoutes(signedIn, services);
			registerAlertRuleRoutes(signedIn, services);
			registerAlertStream(signedIn, services);
			registerDailyScoreRoutes(signedIn, services);
			registerCalendars(signedIn, services);
		});
	});
}
