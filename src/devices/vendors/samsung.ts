import type { Vendor } from "../vendor.ts";
import { bridgeFeeds } from "./samsung/bridge.ts";
import { replayExport } from "./samsung/export.ts";
import { readPush } from "./samsung/push.ts";

/**
 * Samsung Health. It has no cloud API and no sign-in for health data, and nothing here pretends there is: data comes by a bridge that a
 * phone fills (samsung/bridge.ts), as an export of personal data (samsung/export.ts), or pushed by a phone (samsung/push.ts).
 */
export const samsung: Vendor = {
	name: "samsung",
	title: "Samsung Health",
	yields: ["exercise", "sleep", "heart-rate", "oxygen-saturation", "body-weight", "body-temperature", "blood-pressure"],
	feeds: bridgeFeeds,
	// Records of bridges and exports have UUIDs; what is pushed has times.
	givesId: ({ externalId }) => !/^(?:\w+\/)?\d{4}-\d\d-\d\d/.test(externalId),
	// A bridge says 403 when a token has expired.
	refusals: [401, 403],
	replay(source, raw, context) {
		if (source === "export") return replayExport(raw, context);
		if (source === "push") return readPush(raw, context);
		const feed = bridgeFeeds.find(({ name }) => name === source);
		return feed?.read({ status: 200, body: [raw] }, feed.first({ from: 0, to: 0 }, context), context).records ?? [];
	},
	limits: { read: () => [], nextWindow: (now) => now + 15 * 60_000 },
};
