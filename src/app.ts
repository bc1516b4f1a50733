import swagger from "@fastify/swagger";
import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import { raiseForAbsence } from "./alerts/absence.ts";
import { announceBy } from "./alerts/announce.ts";
import { delivering } from "./alerts/deliver.ts";
import { raiseOnWrite } from "./alerts/react.ts";
import { endRecovered } from "./alerts/sweep.ts";
import { textMessages } from "./alerts/text-messages.ts";
import { openWatch } from "./alerts/watch.ts";
import { accessLog } from "./audit/access-log.ts";
import { accounts } from "./auth/accounts.ts";
import { clients } from "./auth/clients.ts";
import { type HospitalSignInParts, hospitalSignIn, type LinkableRole } from "./auth/hospital/hospital-sign-in.ts";
import { identityLinks } from "./auth/hospital/identity-links.ts";
import { passwordChanges } from "./auth/password-changes.ts";
import { passwords } from "./auth/passwords.ts";
import { registrations } from "./auth/registrations.ts";
import { authorizationServer } from "./auth/server/authorization-server.ts";
import { standingOf } from "./auth/standing.ts";
import { tokens } from "./auth/tokens.ts";
import { deviceServices, deviceWork, noteDeviceWrite } from "./device-work.ts";
import { applyAudiences } from "./devices/audience.ts";
import { forgetDeviceLeftovers } from "./devices/forget.ts";
import type { DeviceParts } from "./devices/parts.ts";
import { type DeviceConfig, partsOfConfig } from "./devices/parts-of-config.ts";
import { demoVendors } from "./devices/sandbox/demo.ts";
import { exportParts, exportTask } from "./export-work.ts";
import type { ExportSettings } from "./exports/parts.ts";
import { registerDocs } from "./http/docs/docs.ts";
import { registerFhir } from "./http/fhir/register.ts";
import { registerNative } from "./http/native/register.ts";
import { resetNote } from "./http/native/routes/passwords.ts";
import { registerDevicesPage } from "./http/pages/devices-page.ts";
import { registerExportPage } from "./http/pages/export-page.ts";
import { registerFrontDoor } from "./http/pages/front-door.ts";
import { registerResetPage } from "./http/pages/reset-password.ts";
import { registerSamsungPage } from "./http/pages/samsung-page.ts";
import { registerSandbox } from "./http/pages/sandbox.ts";
import { registerBodies } from "./http/plugins/bodies.ts";
import { registerCaller } from "./http/plugins/caller.ts";
import { databaseReadings } from "./http/plugins/database-readings.ts";
import { registerDrain } from "./http/plugins/drain.ts";
import { describe, registerErrors } from "./http/plugins/errors.ts";
import { registerHeaders } from "./http/plugins/headers.ts";
import { registerHealth } from "./http/plugins/health.ts";
import { registerMetrics } from "./http/plugins/metrics.ts";
import { registerRefusals } from "./http/plugins/refusals.ts";
import { registerRequestId } from "./http/plugins/request-id.ts";
import { openRoom } from "./http/plugins/room.ts";
import { createServer } from "./http/server.ts";
import { noteAuthorization, noteLinkByEmail } from "./http/smart/note-authorization.ts";
import { authorizationPages } from "./http/smart/pages.ts";
import { registerSmart } from "./http/smart/register.ts";
import { registrationPath } from "./http/smart/registration-routes.ts";
import { registerVitalsApp } from "./http/vitals-app/register.ts";
import { jobCounts } from "./jobs/counts.ts";
import { openQueue } from "./jobs/queue.ts";
import { computeScores } from "./jobs/tasks/compute-scores.ts";
import { deliverAlert, deliverAlertTask } from "./jobs/tasks/deliver-alert.ts";
import { forgetExpired } from "./jobs/tasks/forget-expired.ts";
import { deviceTasks } from "./jobs/tasks/sync-devices.ts";
import { endRecoveredAlerts, raiseAlertsForAbsence } from "./jobs/tasks/watch-alerts.ts";
import type { Mailer } from "./mail/mailer.ts";
import { computeDue, computeLate } from "./native/daily-scores.ts";
import { markLateRows } from "./native/late-marks.ts";
import { fhirDocument } from "./openapi/fhir/document.ts";
import { nativeDocument } from "./openapi/native.ts";
import { sealer } from "./secrets/sealer.ts";
import { software } from "./software.ts";
import { forgetFeed } from "./store/alerting/feed.ts";
import { forgetAnswers } from "./store/answers.ts";
import { forgetAuthorizations } from "./store/authorization/records.ts";
import type { Database } from "./store/database.ts";
import { forgetExports } from "./store/exports/forget-exports.ts";
import { forgetSignIns } from "./store/sign-in.ts";

/** The settings the application uses. */
export interface AppConfig extends DeviceConfig {
	/** Public address, without a trailing slash. */
	readonly baseUrl: string;
	readonly trustProxy: readonly string[];
	/** Bytes. */
	readonly bodyLimit: number;
	/** Bytes of large bodies at once. */
	readonly bodyMemory: number;
	readonly bcryptCost: number;
	/** Whether there are demo people to point to. */
	readonly demo: boolean;
	/** Whether the database is the server's own PostgreSQL. Default: false. */
	readonly embedded?: boolean;
	/** How long jobs under way may take after the server is told to stop. */
	readonly shutdownGraceSeconds: number;
	/** Where alerts are told of besides the app; none: in the app only. */
	readonly smtpUrl?: string | null;
	/** Sender of mails; with `smtpUrl`. */
	readonly alertFrom?: string | null;
	readonly smsWebhookUrl?: string | null;
	/** How often to look for jobs to be tried again, in seconds. Default: 10. */
	readonly lookForJobsEverySeconds?: number;
	/** Whether apps may register themselves. Default: false. */
	readonly dynamicRegistration?: boolean;
	/** A hospital's identity provider; without an issuer there is none. The others are set with it. */
	readonly oidcIssuer?: string | null;
	readonly oidcClientId?: string | null;
	readonly oidcClientSecret?: string | null;
	readonly oidcName?: string;
	readonly oidcScopes?: string;
	readonly oidcLinkByEmail?: readonly (LinkableRole | "none")[];
	/** 32 bytes each, newest first: what secrets are sealed with. */
	readonly tokenEncryptionKeys: readonly Buffer[];
}

/** What the application is made of. */
export interface AppParts {
	readonly config: AppConfig;
	readonly database: Database;
	readonly log: FastifyBaseLogger;
	/** For tests: vendors' stand-ins, and a clock that moves with them. */
	readonly devices?: Partial<DeviceParts>;
	/** For tests: other sizes and limits of bulk exports. */
	readonly exports?: Partial<ExportSettings>;
}

/** The whole application, ready to listen: every part is made here and handed just what it names. */
export async function buildApp({
	config,
	database,
	log,
	devices = {},
	exports: exportSettings = {},
}: AppParts): Promise<FastifyInstance> {
	const signedIn = tokens(database);
	const audit = accessLog(database);
	const secrets = passwords(config.bcryptCost);
	const people = accounts(database, secrets);
	const counts = jobCounts();
	const queue = openQueue({
		connection: database.queue,
		log,
		observe: counts.observe,
		...(config.lookForJobsEverySeconds === undefined ? {} : { lookEverySeconds: config.lookForJobsEverySeconds }),
	});
	const seal = sealer(config.tokenEncryptionKeys);
	const configured = partsOfConfig(config, { database, sealer: seal, log, note: noteDeviceWrite(audit) });
	const demo = config.demo ? demoVendors(configured) : undefined;
	const deviceParts: DeviceParts = { ...(demo?.parts ?? configured), ...devices };
	const watch = openWatch(database);
	const mails = config.smtpUrl == null ? null : await mailsBy(config.smtpUrl, config.alertFrom ?? "");
	const newPasswords = passwordChanges({
		database,
		passwords: secrets,
		mailer: mails,
		resetPage: `${config.baseUrl}/reset-password`,
		onFailure: (error) => log.warn({ err: describe(error) }, "password reset not mailed"),
	});
	const texts = config.smsWebhookUrl == null ? null : textMessages(config.smsWebhookUrl);
	const channels = new Set([
		...(mails === null ? [] : (["mail"] as const)),
		...(texts === null ? [] : (["sms"] as const)),
	]);
	const announce = announceBy(channels, async (tx, ids) => {
		await queue.add(
			deliverAlert,
			ids.map((deliveryId) => ({ data: { deliveryId } })),
			tx,
		);
	});
	raiseOnWrite(database, watch, announce);
	markLateRows(database);

	const app = createServer({ log, bodyLimit: config.bodyLimit, trustProxy: config.trustProxy });
	const room = openRoom(config.bodyMemory);
	registerMetrics(app, [
		...databaseReadings(database),
		{
			name: "heart_large_bodies",
			help: "Large request bodies: bytes of those read and worked on (bytes), requests that wait to be read (waiting)",
			labelNames: ["what"],
			read: () => [
				{ labels: { what: "bytes" }, value: room.load().taken },
				{ labels: { what: "waiting" }, value: room.load().waiting },
			],
		},
		{
			name: "heart_jobs",
			help: "Tries of background jobs since the start that were done, failed, or given up for good (dead)",
			labelNames: ["kind", "outcome"],
			read: counts.read,
		},
	]);
	registerErrors(app);
	registerBodies(app, room);
	await registerHeaders(app);
	registerCaller(app, signedIn.callerOf);
	registerRequestId(app);
	registerRefusals(app, audit);
	registerDrain(app);
	registerHealth(app, database.reach);
	await app.register(swagger, nativeDocument);
	await registerDocs(app, fhirDocument);

	registerFrontDoor(app, {
		software,
		embedded: config.embedded ?? false,
		demo: config.demo,
		reachDatabase: database.reach,
	});
	const registry = clients(database);
	const registersApps = config.dynamicRegistration === true;
	const registrationEndpoint = config.baseUrl + registrationPath;
	const authorization = authorizationServer({
		database,
		baseUrl: config.baseUrl,
		issuer: `${config.baseUrl}/oauth`,
		secretKeys: config.tokenEncryptionKeys,
		sealer: seal,
		pages: authorizationPages,
		callerOf: signedIn.callerOf,
		registrationEndpoint: registersApps ? registrationEndpoint : undefined,
		note: noteAuthorization(audit),
		onFault: (error) => log.error({ err: describe(error) }, "unexpected failure of the authorization server"),
	});
	const provider = providerOf(config);
	const hospital =
		provider === undefined
			? undefined
			: hospitalSignIn({
					...provider,
					database,
					sealer: seal,
					baseUrl: config.baseUrl,
					note: noteLinkByEmail(audit),
					onTrouble: (why) => log.warn({ why }, "the hospital's sign-in does not work"),
				});
	registerVitalsApp(app);
	await registerSmart(app, {
		database,
		accessLog: audit,
		accounts: people,
		authorization,
		hospital,
		registrations: registersApps ? registrations(database, registry, registrationEndpoint) : undefined,
		baseUrl: config.baseUrl,
	});
	registerResetPage(app, { passwordChanges: newPasswords, baseUrl: config.baseUrl, note: resetNote(audit) });
	const native = {
		database,
		passwordChanges: newPasswords,
		accessLog: audit,
		accounts: people,
		tokens: signedIn,
		hashPassword: secrets.hash,
		clients: registry,
		identityLinks: identityLinks(database, config.oidcIssuer ?? null),
		launches: authorization.launches,
		now: () => Temporal.Now.instant(),
		baseUrl: config.baseUrl,
		...deviceServices(deviceParts, queue),
	};
	await registerNative(app, native);
	registerDevicesPage(app, native);
	registerSamsungPage(app, native);
	await registerExportPage(app, native);
	if (demo !== undefined) await registerSandbox(app, demo, config.baseUrl);
	const base = `${config.baseUrl}/fhir`;
	const exports = exportParts({ database, queue, accessLog: audit, base, settings: exportSettings });
	await app.register(async (fhir) =>
		registerFhir(fhir, {
			database,
			accessLog: audit,
			base,
			software,
			exports,
			standingOf: (token) => standingOf(database, token),
		}),
	);
	const tasks = [
		forgetExpired([
			() => forgetAnswers(database),
			() => forgetSignIns(database),
			() => forgetAuthorizations(database),
			() => forgetDeviceLeftovers(deviceParts),
			() => forgetFeed(database),
			() => forgetExports(database),
		]),
		...deviceTasks(deviceWork(deviceParts, queue, log)),
		exportTask(exports),
		endRecoveredAlerts((now, signal) => endRecovered(database, watch, announce, now, signal)),
		raiseAlertsForAbsence((now, signal) => raiseForAbsence(database, watch, announce, now, signal)),
		computeScores([
			(now, signal) => computeDue(database, now, signal),
			(now, signal) => computeLate(database, now, signal),
		]),
		deliverAlertTask(delivering({ database, mailer: mails, texts, baseUrl: config.baseUrl })),
	];
	// Signing keys are made or read while nobody waits for them.
	app.addHook(
		"onListen",
		async () =>
			void authorization
				.prepare()
				.catch((error: unknown) => log.warn({ err: describe(error) }, "authorization server not ready")),
	);
	app.addHook("onListen", () => applyAudiences(deviceParts));
	app.addHook("onListen", () => queue.start(tasks));
	app.addHook("onClose", () => newPasswords.settled());
	// Jobs under way end beside the requests under way.
	app.addHook("preClose", async () => void queue.stop(config.shutdownGraceSeconds));
	app.addHook("onClose", () => queue.stop(config.shutdownGraceSeconds));
	return app;
}

/** The library of mails is loaded where there is a mail server only. */
async function mailsBy(url: string, from: string): Promise<Mailer> {
	const { mailer } = await import("./mail/mailer.ts");
	return mailer({ url, from });
}

/** The identity provider of the configuration; undefined without one. */
function providerOf(config: AppConfig): Pick<HospitalSignInParts, "provider" | "linkByEmail"> | undefined {
	const { oidcIssuer: issuer, oidcClientId: clientId, oidcClientSecret: clientSecret } = config;
	if (issuer == null || clientId == null || clientSecret == null) return undefined;
	const { oidcName: name = "your hospital", oidcScopes: scopes = "openid email", oidcLinkByEmail = [] } = config;
	const linkByEmail = oidcLinkByEmail.filter((role) => role !== "none");
	return { provider: { issuer, clientId, clientSecret, name, scopes }, linkByEmail };
}
