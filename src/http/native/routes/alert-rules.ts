import type { FastifyInstance } from "fastify";
import { defaultRules } from "../../../alerts/default-rules.ts";
import { effectiveRules, problemsOf, type RuleSettings } from "../../../alerts/effective-rules.ts";
import { type AlertRule, measuresOf, severities } from "../../../alerts/rule.ts";
import type { AccessLog } from "../../../audit/access-log.ts";
import { Failure } from "../../../fhir/failure.ts";
import { dropRuleChange, keepRuleChange, type RuleChange, ruleChanges } from "../../../store/alerting/people.ts";
import type { Database } from "../../../store/database.ts";
import { refuseOtherMethods } from "../../plugins/refuse-methods.ts";
import { arrayOf, nullable, object, type Schema } from "../schema/json-schema.ts";
import { routeSchema } from "../schema/route-schema.ts";
import { instant, text } from "../schema/values.ts";

/** What the routes of alert rules need. */
export interface AlertRuleServices {
	readonly database: Database;
	readonly accessLog: AccessLog;
}

/** `/api/admin/alert-rules`: the rules that raise alerts, and what admins change about them. */
export function registerAlertRuleRoutes(app: FastifyInstance, { database, accessLog }: AlertRuleServices): void {
	app.get("/api/admin/alert-rules", { schema: schemas.list }, async (request) => {
		const caller = await request.caller();
		if (caller.personRole !== "admin") throw notAdmin();
		const changes = await database.read(caller, ruleChanges);
		return { data: effectiveRules(changes).map((rule) => shown(rule, changes)) };
	});

	app.put("/api/admin/alert-rules/:ruleId", { schema: schemas.change }, async (request) => {
		const caller = await request.caller();
		if (caller.personRole !== "admin") throw notAdmin();
		const rule = ruleNamed((request.params as { ruleId: string }).ruleId);
		const settings = request.body as RuleSettings;
		const problems = problemsOf(rule, settings);
		if (problems.length > 0) {
			throw new Failure(
				"invalid",
				problems.map(({ path, message }) => ({ code: "invalid", expression: path, diagnostics: message })),
			);
		}
		const changes = await database.write(caller, async (tx) => {
			await keepRuleChange(tx, {
				rule_id: rule.id,
				enabled: settings.enabled,
				levels: JSON.stringify(settings.levels),
				recovery: settings.recovery === null ? null : JSON.stringify(settings.recovery),
			});
			accessLog.include(tx, { caller, action: "update", target: `alert-rules/${rule.id}`, outcome: "success" });
			return ruleChanges(tx);
		});
		return shown(only(effectiveRules(changes), rule.id), changes);
	});

	app.delete("/api/admin/alert-rules/:ruleId", { schema: schemas.reset }, async (request) => {
		const caller = await request.caller();
		if (caller.personRole !== "admin") throw notAdmin();
		const rule = ruleNamed((request.params as { ruleId: string }).ruleId);
		await database.write(caller, async (tx) => {
			await dropRuleChange(tx, rule.id);
			accessLog.include(tx, { caller, action: "delete", target: `alert-rules/${rule.id}`, outcome: "success" });
		});
		return shown(rule, []);
	});

	refuseOtherMethods(app, "/api/admin/alert-rules", ["GET"]);
	refuseOtherMethods(app, "/api/admin/alert-rules/:ruleId", ["PUT", "DELETE"]);
}

function ruleNamed(id: string): AlertRule {
	const rule = defaultRules.find((one) => one.id === id);
	if (rule === undefined) throw new Failure("not-found", "There is no such rule");
	return rule;
}

function only(rules: readonly AlertRule[], id: string): AlertRule {
	return rules.find((one) => one.id === id) ?? ruleNamed(id);
}

function notAdmin(): Failure {
	return new Failure("forbidden", "Only administrators see and change the rules of alerts");
}

/** A rule as it is answered. */
function shown(rule: AlertRule, changes: readonly RuleChange[]): object {
	const { id, type, title, advice, condition, levels, recovery, source, enabled } = rule;
	const changed = changes.find(({ rule_id }) => rule_id === id);
	return {
		id,
		type,
		title,
		advice,
		source,
		condition: {
			kind: condition.kind,
			...("relativeTo" in condition ? { relativeTo: condition.relativeTo } : {}),
			...("withinHours" in condition ? { withinHours: condition.withinHours } : {}),
		},
		measures: measuresOf(rule),
		enabled,
		levels,
		recovery,
		changedAt: changed?.changed_at ?? null,
	};
}

const thresholds: Schema = {
	type: "object",
	additionalProperties: { type: "number" },
	maxProperties: 4,
	description:
		"By measure, in the units of the columns; added to the person's own limit where the rule is relative to one",
	examples: [{ heartRate: 111 }],
};
const level = object(
	{
		severity: { type: "string", enum: severities },
		at: thresholds,
		beyond: { type: "boolean", description: "The value itself is still fine", examples: [false] },
	},
	{ title: "AlertRuleLevel", optional: ["beyond"] },
);
const settings = {
	enabled: { type: "boolean" },
	levels: { ...arrayOf(level, "From the least grave on"), maxItems: severities.length },
	recovery: nullable({
		...thresholds,
		description: "A later measurement inside all of these ends the alert; null: only people do",
		examples: [{ heartRate: 106 }],
	}),
};
const ruleSchema = object(
	{
		id: { type: "string", examples: ["heart-rate-high"] },
		type: { type: "string", examples: ["vital"] },
		title: { type: "string" },
		advice: { type: "string", description: "What it tells the person to do" },
		source: { type: "string", description: "Where the numbers come from" },
		condition: {
			type: "object",
			additionalProperties: true,
			description: "`above`, `below`, `rise` (over the least value of `withinHours`) or `absence`",
			examples: [{ kind: "above" }],
		},
		measures: arrayOf({ type: "string", examples: ["heartRate"] }),
		...settings,
		changedAt: nullable({ ...instant, description: "When an administrator changed it; null where it is as delivered" }),
	},
	{ title: "AlertRule" },
);
const ruleId = object({ ruleId: { ...text(100), examples: ["heart-rate-high"] } });

const schemas = {
	list: routeSchema({
		operationId: "listAlertRules",
		tag: "alerts",
		summary: "The rules that raise alerts",
		description:
			"As delivered, with what administrators changed. Limits of a single patient are in the patient's profile.",
		answers: { 200: { description: "All rules", ...object({ data: arrayOf(ruleSchema) }, { title: "AlertRules" }) } },
	}),
	change: routeSchema({
		operationId: "changeAlertRule",
		tag: "alerts",
		summary: "Change the thresholds of a rule, or silence it",
		description: "Counts for what is written from then on, on every server.",
		params: ruleId,
		body: object(settings, { title: "AlertRuleSettings" }),
		answers: { 200: { description: "As it is now", ...ruleSchema } },
		failures: [404],
	}),
	reset: routeSchema({
		operationId: "resetAlertRule",
		tag: "alerts",
		summary: "Make a rule as it was delivered",
		params: ruleId,
		answers: { 200: { description: "As it is now", ...ruleSchema } },
		failures: [404],
	}),
};
