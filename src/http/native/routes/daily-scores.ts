import type { FastifyInstance } from "fastify";
import { scoresOf } from "../../../native/day-scores.ts";
import { components, type Part, weights } from "../../../scores/daily-score.ts";
import { latestScore } from "../../../store/scoring/scores.ts";
import { refuseOtherMethods } from "../../plugins/refuse-methods.ts";
import { type AboutServices, readAbout } from "../about-person.ts";
import { dailyScores as collection } from "../collections/daily-scores.ts";
import { nullable, object } from "../schema/json-schema.ts";
import { whose } from "../schema/parameters.ts";
import { routeSchema } from "../schema/route-schema.ts";
import { rowSchema } from "../schema/row-schemas.ts";
import { instant, rowId, timeZone } from "../schema/values.ts";

/** `/api/daily-scores/latest`. */
export function registerDailyScoreRoutes(app: FastifyInstance, services: AboutServices): void {
	app.get("/api/daily-scores/latest", { schema: schemas.latest }, (request) =>
		readAbout(services, request, "daily-scores/latest", async (tx, { userId, zone, now }) => {
			const found = await latestScore(tx, userId);
			if (found === undefined) return { userId, timezone: zone, score: null, explanation: null };
			const { version: _, ...score } = found.score;
			const date = Temporal.PlainDate.from(score.date as string);
			// Where it was entered rather than computed, what its rows say by now.
			const parts =
				found.parts === null
					? (await scoresOf(tx, [{ userId, date, zone }], now))[0]?.parts
					: (JSON.parse(found.parts) as Record<string, Part>);
			const explanation = { computedAt: found.computed_at, ...parts };
			return { userId, timezone: zone, score, explanation };
		}),
	);

	refuseOtherMethods(app, "/api/daily-scores/latest", ["GET"]);
}

const part = object(
	{
		score: nullable({ type: "integer", minimum: 0, maximum: 100, examples: [80] }),
		share: { type: "number", description: "What it counts of the whole; 0 where nothing is known", examples: [0.25] },
		why: { type: "string", examples: ["3 of 4 doses taken"] },
	},
	{ title: "DailyScorePart" },
);

const words = components.map((component) => `${component} ${weights[component]}`).join(", ");

const schemas = {
	latest: routeSchema({
		operationId: "readLatestDailyScore",
		tag: "daily-scores",
		summary: "The newest daily score, and how it came about",
		description: [
			`The mean of what is known, by weight: ${words}; a component without entries is left out and its weight goes to the others.`,
			"Computed soon after midnight where the person lives, and anew when something about that day comes late.",
		].join(" "),
		query: whose,
		answers: {
			200: {
				description: "The score and its explanation; null where there is none yet",
				...object(
					{
						userId: rowId,
						timezone: timeZone,
						score: { anyOf: [rowSchema(collection), { type: "null" }] },
						explanation: nullable(
							object(
								{
									computedAt: nullable({ ...instant, description: "null where it was entered, not computed" }),
									...Object.fromEntries(components.map((component) => [component, part])),
								},
								{ title: "DailyScoreExplanation" },
							),
						),
					},
					{ title: "LatestDailyScore" },
				),
			},
		},
		failures: [404],
	}),
};
