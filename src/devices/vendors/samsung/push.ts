import { Failure } from "../../../fhir/failure.ts";
import { dateInZone, instantOf, instantText } from "../../civil-time.ts";
import type { Measure } from "../../measures.ts";
import { given, idAt, type Payload, positiveAt, textAt, UnreadablePayload } from "../../payload.ts";
import { readStages } from "../../sleep-stages.ts";
import type { FeedContext, Upstream } from "../../vendor.ts";
import { activityOf } from "./activity.ts";

/*
 * What the Health Connect webhook app posts: a list per type, times in UTC, empty lists left out, and no ids: a record is what it is by its
 * type and times. The last 48 hours come each time, so most of it is known already.
 */

type Reader = (item: Payload, context: FeedContext, fail: (what: string) => never) => readonly Measure[];

const readers: Readonly<Record<string, Reader>> = {
	exercise(item, _context, fail) {
		const [at, endedAt] = [time(item, "start_time", fail), time(item, "end_time", fail)];
		const type = idAt(item, "type") ?? "";
		const { activity, title } = activityOf(type);
		return [
			given({
				kind: "exercise" as const,
				externalId: `${type}/${at}`,
				at,
				endedAt,
				durationSeconds: positiveAt(item, "duration_seconds") ?? (Date.parse(endedAt) - Date.parse(at)) / 1000,
				distanceMetres: positiveAt(item, "distance_meters"),
				note: title,
				activity,
			}),
		];
	},
	sleep(item, { timeZone }, fail) {
		const endedAt = time(item, "session_end_time", fail);
		const given_ = Array.isArray(item.stages) ? (item.stages as Payload[]) : [];
		const stages = given_.map((stage) => ({
			from: Date.parse(time(stage, "start_time", fail)),
			to: Date.parse(time(stage, "end_time", fail)),
			awake: /awake|out_of_bed|^[137]$/i.test(String(stage.stage)),
		}));
		const whole = positiveAt(item, "duration_seconds");
		const read = readStages(stages);
		const seconds = whole ?? read?.asleepSeconds ?? fail("duration_seconds");
		return [
			given({
				kind: "sleep" as const,
				externalId: endedAt,
				at: instantText(Math.min(Date.parse(endedAt) - seconds * 1000, ...stages.map(({ from }) => from))),
				date: dateInZone(endedAt, timeZone),
				endedAt,
				asleepSeconds: read?.asleepSeconds ?? seconds,
				interruptions: read?.interruptions,
			}),
		];
	},
	heart_rate: single("bpm", (perMinute, at) => ({ kind: "heart-rate", externalId: at, at, perMinute })),
	oxygen_saturation: single("percentage", (percent, at) => ({
		kind: "oxygen-saturation",
		externalId: at,
		at,
		percent,
	})),
	weight: single("kilograms", (kilograms, at) => ({ kind: "body-weight", externalId: at, at, kilograms })),
	body_temperature: single("celsius", (celsius, at) => ({ kind: "body-temperature", externalId: at, at, celsius })),
	blood_pressure(item, _context, fail) {
		const at = time(item, "time", fail);
		const systolic = positiveAt(item, "systolic") ?? fail("systolic");
		const diastolic = positiveAt(item, "diastolic") ?? fail("diastolic");
		const values = { systolicMillimetresMercury: systolic, diastolicMillimetresMercury: diastolic };
		return [{ kind: "blood-pressure", externalId: at, at, ...values }];
	},
};

function single(name: string, measure: (value: number, at: string) => Measure): Reader {
	return (item, _context, fail) => [measure(positiveAt(item, name) ?? fail(name), time(item, "time", fail))];
}

function time(item: Payload, name: string, fail: (what: string) => never): string {
	return instantOf(textAt(item, name)) ?? fail(name);
}

/** All that a push holds. @throws Failure invalid naming what cannot be read: the phone learns of it, and nothing is stored */
export function readPush(body: unknown, context: FeedContext): readonly Upstream[] {
	if (typeof body !== "object" || body === null || Array.isArray(body)) throw invalid("", "the body must be an object");
	const records: Upstream[] = [];
	for (const [name, read] of Object.entries(readers)) {
		const list = (body as Payload)[name];
		if (list === undefined || list === null) continue;
		if (!Array.isArray(list)) throw invalid(name, `${name} must be a list`);
		for (const [at, item] of (list as unknown[]).entries()) {
			const path = `${name}[${at}]`;
			if (typeof item !== "object" || item === null) throw invalid(path, `${path} must be an object`);
			const fail = (what: string): never => {
				throw invalid(`${path}.${what}`, `${path}.${what} is missing or cannot be read`);
			};
			try {
				records.push({ measures: read(item as Payload, context, fail), raw: { [name]: [item] } });
			} catch (error) {
				if (error instanceof UnreadablePayload) throw invalid(path, `${path} has ${error.what}`);
				throw error;
			}
		}
	}
	return records;
}

function invalid(expression: string, message: string): Failure {
	return new Failure("invalid", message, { expression });
}
