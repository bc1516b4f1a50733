import { setTimeout as sleep } from "node:timers/promises";
import type { Sealer } from "../secrets/sealer.ts";
import type { Database } from "../store/database.ts";
import { httpClient } from "./http-client.ts";
import type { DeviceParts } from "./parts.ts";

/** The settings pulls use, as the configuration has them. */
export interface DeviceConfig {
	readonly baseUrl: string;
	readonly stravaClientId: string | null;
	readonly stravaClientSecret: string | null;
	readonly stravaBaseUrl: string | null;
	readonly stravaVerifyToken: string | null;
	readonly stravaAudience: "owner" | "care-team";
	readonly polarClientId: string | null;
	readonly polarClientSecret: string | null;
	readonly polarBaseUrl: string | null;
	readonly polarWebhookSecret: string | null;
	readonly polarAudience: "owner" | "care-team";
	readonly samsungAudience: "owner" | "care-team";
	readonly devicePrivateNetworks: readonly string[];
	readonly deviceExportDir: string | null;
	readonly devicePayloadDays: number;
}

/** What pulling needs, from the configuration. */
export function partsOfConfig(
	config: DeviceConfig,
	{ database, sealer, note, log }: { database: Database; sealer: Sealer } & Pick<DeviceParts, "note" | "log">,
): DeviceParts {
	return {
		database,
		sealer,
		note,
		log,
		ask: httpClient({ privateNetworks: config.devicePrivateNetworks }),
		vendors: {
			strava: {
				clientId: config.stravaClientId,
				clientSecret: config.stravaClientSecret,
				baseUrl: config.stravaBaseUrl,
				audience: config.stravaAudience,
				webhookSecret: null,
				verifyToken: config.stravaVerifyToken,
			},
			polar: {
				clientId: config.polarClientId,
				clientSecret: config.polarClientSecret,
				baseUrl: config.polarBaseUrl,
				audience: config.polarAudience,
				webhookSecret: config.polarWebhookSecret,
				verifyToken: null,
			},
			// Each connection has its own address.
			samsung: {
				clientId: null,
				clientSecret: null,
				baseUrl: null,
				audience: config.samsungAudience,
				webhookSecret: null,
				verifyToken: null,
			},
		},
		baseUrl: config.baseUrl,
		now: Date.now,
		random: Math.random,
		sleep: async (milliseconds) => void (await sleep(milliseconds)),
		keepPayloadsDays: config.devicePayloadDays,
		exportFolder: config.deviceExportDir,
	};
}
