import { dateAtOffset, dateInZone, instantOf, instantText } from "../../civil-time.ts";
import type { Measure, MeasureKind } from "../../measures.ts";
import {
	asList,
	asObject,
	given,
	idAt,
	numberAt,
	objectAt,
	type Payload,
	positiveAt,
	readEach,
	textAt,
	unreadable,
} from "../../payload.ts";
import { readStages } from "../../sleep-stages.ts";
import {
	type Feed,
	type FeedContext,
	type Upstream,
	unreadItem,
	type VendorReply,
	type VendorRequest,
} from "../../vendor.ts";
import { activityOf } from "./activity.ts";
import { amountRequests, withAmounts } from "./workout-amounts.ts";

/*
 * A bridge: an HTTP server of the shape of HCGateway v2 that a phone app fills from Health Connect. Records are Health Connect's, with an
 * id each. The phone sends again what it has of the last 30 days, so late and edited records are looked for that far back.
 */

const day = 86_400_000;

/** Where a record is read from: type of the bridge's path → measures of one record. */
const types: readonly (readonly [string, MeasureKind, (record: BridgeRecord) => readonly Measure[]])[] = [
	["exerciseSession", "exercise", exercise],
	["sleepSession", "sleep", sleep],
	["heartRate", "heart-rate", heartRates],
	["oxygenSaturation", "oxygen-saturation", oxygen],
	["weight", "body-weight", weight],
	["bodyTemperature", "body-temperature", temperature],
	["bloodPressure", "blood-pressure", pressure],
];

/** One record as the bridge keeps it. */
interface BridgeRecord {
	readonly id: string;
	readonly at: string;
	readonly endedAt: string;
	readonly data: Payload;
	readonly timeZone: string;
}

/** Health Connect's origin of what Samsung Health wrote. Other apps' records come from their own connections. */
const samsungHealth = "com.sec.android.app.shealth";

/** The lists of a bridge, one per type. */
export const bridgeFeeds: readonly Feed[] = types.map(([type, kind, measuresOf]) => ({
	name: type,
	kinds: [kind],
	overlap: 30 * day,
	firstWindow: 30 * day,
	backfill: { since: "2014-01-01", window: 4 * 365 * day },
	first: ({ from, to }) => ({
		method: "POST",
		path: `/api/v2/fetch/${type}`,
		json: { queries: { start: { $gte: instantText(from), $lte: instantText(to) } } },
	}),
	...(kind === "exercise" ? { beside: amountRequests } : {}),
	read: ({ body }, _request, context, beside = []) => ({
		records: readEach(
			asList(body ?? [], `the bridge's ${type}`),
			(item) => {
				const record = asObject(item, type);
				return upstream(kind === "exercise" ? withAmounts(record, beside) : record, measuresOf, context);
			},
			(item, what) => [unreadItem(item, what)],
		).flat(),
	}),
	noneStatuses: [204],
	absent: "gone",
}));

function upstream(
	payload: Payload,
	measuresOf: (record: BridgeRecord) => readonly Measure[],
	{ timeZone }: FeedContext,
): readonly Upstream[] {
	const app = textAt(payload, "app");
	if (app !== undefined && app !== samsungHealth) return [];
	const id = idAt(payload, "id") ?? idAt(payload, "_id");
	const at = instantOf(textAt(payload, "start"));
	if (id === undefined || at === undefined) throw unreadable("a record without id or start");
	const data = objectAt(payload, "data");
	const endedAt = instantOf(textAt(payload, "end")) ?? at;
	const changedAt = instantOf(
		textAt(objectAt(data, "metadata"), "lastModifiedTime") ?? textAt(payload, "lastModified"),
	);
	const measures = measuresOf({ id, at, endedAt, data, timeZone });
	return [{ measures, raw: payload, ...(changedAt === undefined ? {} : { changedAt }) }];
}

function exercise({ id, at, endedAt, data }: BridgeRecord): readonly Measure[] {
	const { activity, title } = activityOf(idAt(data, "exerciseType") ?? "");
	const name = textAt(data, "title");
	return [
		given({
			kind: "exercise" as const,
			externalId: id,
			at,
			endedAt,
			durationSeconds: (Date.parse(endedAt) - Date.parse(at)) / 1000,
			// Of the session itself where a bridge adds them, else of records beside it.
			distanceMetres: quantity(data, "distance", "inMeters"),
			energyKilocalories: quantity(data, "energy", "inKilocalories") ?? quantity(data, "calories", "inKilocalories"),
			averageHeartRatePerMinute: positiveAt(data, "averageHeartRate"),
			maximumHeartRatePerMinute: positiveAt(data, "maximumHeartRate"),
			note: name === undefined || name === title ? title : `${title}: ${name}`,
			activity,
		}),
	];
}

/** Health Connect's stages: 1 awake, 3 out of bed, 7 awake in bed; the others are sleep. */
const awakeStages: readonly unknown[] = [1, 3, 7, "1", "3", "7", "awake", "out_of_bed", "awake_in_bed"];

function sleep({ id, at, endedAt, data, timeZone }: BridgeRecord): readonly Measure[] {
	const stages = asList(data.stages ?? [], "stages").map((item) => {
		const stage = asObject(item, "a stage");
		const [from, to] = ["startTime", "endTime"].map((name) => Date.parse(instantOf(textAt(stage, name)) ?? ""));
		return { from: from ?? Number.NaN, to: to ?? Number.NaN, awake: awakeStages.includes(stage.stage) };
	});
	const read = readStages(stages);
	const offset = numberAt(objectAt(data, "endZoneOffset"), "totalSeconds");
	return [
		given({
			kind: "sleep" as const,
			externalId: id,
			at,
			date: offset === undefined ? dateInZone(endedAt, timeZone) : dateAtOffset(endedAt, offset / 60),
			endedAt,
			asleepSeconds: read?.asleepSeconds ?? (Date.parse(endedAt) - Date.parse(at)) / 1000,
			interruptions: read?.interruptions,
		}),
	];
}

function heartRates({ id, at, data }: BridgeRecord): readonly Measure[] {
	const samples = Array.isArray(data.samples) ? data.samples.map((item) => asObject(item, "a sample")) : [data];
	return samples.flatMap((sample): Measure[] => {
		const perMinute =
			positiveAt(sample, "beatsPerMinute") ?? positiveAt(sample, "bpm") ?? positiveAt(sample, "heartRate");
		const time = instantOf(textAt(sample, "time")) ?? at;
		return perMinute === undefined ? [] : [{ kind: "heart-rate", externalId: `${id}/${time}`, at: time, perMinute }];
	});
}

function oxygen({ id, at, data }: BridgeRecord): readonly Measure[] {
	const percent = quantity(data, "percentage", "value");
	return percent === undefined ? [] : [{ kind: "oxygen-saturation", externalId: id, at, percent }];
}

function weight({ id, at, data }: BridgeRecord): readonly Measure[] {
	const kilograms = quantity(data, "weight", "inKilograms");
	return kilograms === undefined ? [] : [{ kind: "body-weight", externalId: id, at, kilograms }];
}

function temperature({ id, at, data }: BridgeRecord): readonly Measure[] {
	const celsius = quantity(data, "temperature", "inCelsius");
	return celsius === undefined ? [] : [{ kind: "body-temperature", externalId: id, at, celsius }];
}

function pressure({ id, at, data }: BridgeRecord): readonly Measure[] {
	const [systolic, diastolic] = ["systolic", "diastolic"].map((name) => quantity(data, name, "inMillimetersOfMercury"));
	if (systolic === undefined || diastolic === undefined) return [];
	const values = { systolicMillimetresMercury: systolic, diastolicMillimetresMercury: diastolic };
	return [{ kind: "blood-pressure", externalId: id, at, ...values }];
}

/** A quantity as Health Connect's JSON has it (an object with a member per unit), or just the number. */
function quantity(data: Payload, name: string, unit: string): number | undefined {
	return positiveAt(objectAt(data, name), unit) ?? positiveAt(data, name);
}

/** How a bridge signs in: no OAuth, but tokens that expire and refresh. */
export const bridgeSignIn = {
	login: (username: string, password: string): VendorRequest => ({
		method: "POST",
		path: "/api/v2/login",
		json: { username, password },
	}),
	refresh: (refresh: string): VendorRequest => ({ method: "POST", path: "/api/v2/refresh", json: { refresh } }),
	revoke: (): VendorRequest => ({ method: "DELETE", path: "/api/v2/revoke" }),
	/** The tokens of a reply. @throws UnreadablePayload */
	tokens({ body }: VendorReply): { access: string; refresh: string | undefined; expiresAt: string | undefined } {
		const reply = asObject(body, "the bridge's sign-in");
		const access = textAt(reply, "token");
		if (access === undefined) throw unreadable("the bridge's sign-in has no token");
		const expiry = textAt(reply, "expiry");
		// Python's isoformat leaves the zone out; the bridge keeps UTC.
		const expiresAt = instantOf(expiry) ?? instantOf(expiry === undefined ? undefined : `${expiry}Z`);
		return { access, refresh: textAt(reply, "refresh"), expiresAt };
	},
};
