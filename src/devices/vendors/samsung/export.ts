import { dateAtOffset, dateInZone, instantAtOffset, instantOf, instantText } from "../../civil-time.ts";
import type { Measure } from "../../measures.ts";
import { given, type Payload, positiveAt, TooMuch, textAt, UnreadablePayload, unreadable } from "../../payload.ts";
import { qualityOfScore, readStages, type SleepStage } from "../../sleep-stages.ts";
import { type FeedContext, type Upstream, unreadItem } from "../../vendor.ts";
import { activityOf } from "./activity.ts";

/*
 * Samsung Health's "download personal data": a CSV per type, named <type>.<yyyyMMddHHmmss>.csv. First line: type and versions; second:
 * columns, most with a prefix; rows end with one comma too many. Times are UTC without saying so, the offset stands beside them; 0.0
 * is often "missing"; a datauuid may come twice, the newer update_time counts. Simpler files (no first line, times with offset) are read, too.
 */

/** One file of an export. */
export interface ExportFile {
	/** Its name, with or without folders. */
	readonly name: string;
	/** The cells of its rows, from the first; read anew with each call. @throws UnreadablePayload for a file that is no CSV */
	rows(): AsyncIterable<readonly string[]>;
}

/** A row of a CSV, its columns without prefix. */
type Line = Payload;

type Reader = (line: Line, times: Times, context: ExportContext) => readonly Measure[];

interface Times {
	readonly id: string;
	readonly at: string;
	readonly endedAt: string;
	/** Minutes east of UTC, where the row says. */
	readonly offset: number | undefined;
}

interface ExportContext extends FeedContext {
	/** Stages by the night's datauuid. */
	readonly stages: ReadonlyMap<string, readonly SleepStage[]>;
}

const readers: Readonly<Record<string, Reader>> = {
	exercise: (line, { id, at, endedAt }) => {
		const { activity, title } = activityOf(textAt(line, "exercise_type") ?? "");
		const milliseconds = positiveAt(line, "duration") ?? Date.parse(endedAt) - Date.parse(at);
		return [
			given({
				kind: "exercise" as const,
				externalId: id,
				at,
				endedAt,
				durationSeconds: milliseconds / 1000,
				distanceMetres: positiveAt(line, "distance"),
				energyKilocalories: positiveAt(line, "calorie") ?? positiveAt(line, "total_calorie"),
				averageHeartRatePerMinute: positiveAt(line, "mean_heart_rate"),
				maximumHeartRatePerMinute: positiveAt(line, "max_heart_rate"),
				note: textAt(line, "title") ?? title,
				activity,
			}),
		];
	},
	sleep: (line, { id, at, endedAt, offset }, { stages, timeZone }) => {
		const read = readStages(stages.get(id) ?? []);
		const minutes = positiveAt(line, "sleep_duration");
		const asleepSeconds = minutes === undefined ? read?.asleepSeconds : minutes * 60;
		return [
			given({
				kind: "sleep" as const,
				externalId: id,
				at,
				date: offset === undefined ? dateInZone(endedAt, timeZone) : dateAtOffset(endedAt, offset),
				endedAt,
				asleepSeconds: asleepSeconds ?? (Date.parse(endedAt) - Date.parse(at)) / 1000,
				quality: qualityOfScore(positiveAt(line, "sleep_score")),
				interruptions: read?.interruptions,
			}),
		];
	},
	heart_rate: (line, { id, at }) =>
		value(line, "heart_rate", (perMinute) => ({ kind: "heart-rate", externalId: id, at, perMinute })),
	oxygen_saturation: (line, { id, at }) =>
		value(line, "spo2" in line ? "spo2" : "oxygen_saturation", (percent) => ({
			kind: "oxygen-saturation",
			externalId: id,
			at,
			percent,
		})),
	weight: (line, { id, at }) =>
		value(line, "weight", (kilograms) => ({ kind: "body-weight", externalId: id, at, kilograms })),
	body_temperature: (line, { id, at }) =>
		value(line, "temperature", (celsius) => ({ kind: "body-temperature", externalId: id, at, celsius })),
	blood_pressure: (line, { id, at }) => {
		const [systolic, diastolic] = ["systolic", "diastolic"].map((name) => positiveAt(line, name));
		if (systolic === undefined || diastolic === undefined) return [];
		return [
			given({
				kind: "blood-pressure" as const,
				externalId: id,
				at,
				systolicMillimetresMercury: systolic,
				diastolicMillimetresMercury: diastolic,
				pulsePerMinute: positiveAt(line, "pulse"),
			}),
		];
	},
};

function value(line: Line, column: string, measure: (value: number) => Measure): readonly Measure[] {
	const number = positiveAt(line, column);
	return number === undefined ? [] : [measure(number)];
}

/** Which reader takes a file, from its name; undefined for the many that hold nothing we keep. */
export function exportType(name: string): string | undefined {
	const base = name.split(/[/\\]/).at(-1) ?? "";
	const [, type] = /^com\.samsung\.s?health\.(?:tracker\.)?([a-z_]+)(?:\.\d+)?\.csv$/.exec(base) ?? [];
	return type === "sleep_stage" || (type !== undefined && type in readers) ? type : undefined;
}

/** Stages of more than thirty years of nights. */
const stagesOfALife = 500_000;

/**
 * Everything we keep of an export, row by row. What is there twice comes twice, each with its time of change, and the newer one counts. Only the
 * stages of sleep are read ahead, as nights are made of them.
 *
 * @param mostStages of sleep that are held in memory
 * @throws UnreadablePayload for a file that is no CSV
 */
export async function* readExport(
	files: readonly ExportFile[],
	context: FeedContext,
	mostStages = stagesOfALife,
): AsyncGenerator<Upstream> {
	const stages = new Map<string, SleepStage[]>();
	let count = 0;
	for (const file of files) {
		if (exportType(file.name) !== "sleep_stage") continue;
		for await (const line of linesOf(file)) {
			if (++count > mostStages) throw new TooMuch("it holds too many stages of sleep");
			addStage(stages, line);
		}
	}
	for (const file of files) {
		const type = exportType(file.name) ?? "";
		const read = readers[type];
		if (read === undefined) continue;
		for await (const line of linesOf(file)) {
			if (Object.values(line).every((cell) => cell === "")) continue;
			try {
				yield upstream(type, read, line, { ...context, stages });
			} catch (error) {
				if (!(error instanceof UnreadablePayload)) throw error;
				yield unreadItem(undefined, `${type}: ${error.what}`);
			}
		}
	}
}

function upstream(type: string, read: Reader, line: Line, context: ExportContext): Upstream {
	const times = timesOf(line);
	if (times === undefined) throw unreadable("a row without a start_time that can be read");
	const changedAt = instant(textAt(line, "update_time"), 0);
	const raw = { file: type, line, stages: context.stages.get(times.id) };
	return { measures: read(line, times, context), raw, ...(changedAt === undefined ? {} : { changedAt }) };
}

/** Reads a kept row of an export again. */
export function replayExport(raw: unknown, context: FeedContext): readonly Upstream[] {
	const { file = "", line = {}, stages: known } = raw as { file?: string; line?: Line; stages?: SleepStage[] };
	const times = timesOf(line);
	const read = readers[file];
	if (read === undefined || times === undefined) return [];
	const stages = new Map(known === undefined ? [] : [[times.id, known]]);
	return [{ measures: read(line, times, { ...context, stages }), raw }];
}

/** The awake stage is 40001; 40002 to 40004 are light, deep and REM sleep. */
function addStage(stages: Map<string, SleepStage[]>, line: Line): void {
	const [night, times] = [textAt(line, "sleep_id"), timesOf(line)];
	if (night === undefined || times === undefined) return;
	const awake = textAt(line, "stage") === "40001";
	const stage = { from: Date.parse(times.at), to: Date.parse(times.endedAt), awake };
	const known = stages.get(night);
	if (known === undefined) stages.set(night, [stage]);
	else known.push(stage);
}

async function* linesOf(file: ExportFile): AsyncGenerator<Line> {
	let columns: readonly string[] | undefined;
	let isFirst = true;
	for await (const cells of file.rows()) {
		const isTitle = isFirst && /^com\.samsung\./.test(cells[0] ?? "") && /^\d+$/.test(cells[1] ?? "");
		isFirst = false;
		if (isTitle) continue;
		if (columns === undefined) columns = cells.map((column) => column.split(".").at(-1) ?? "");
		else yield Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? ""]));
	}
}

/** When a row is about; undefined for a row without a time. */
function timesOf(line: Line): Times | undefined {
	const start = textAt(line, "start_time");
	const offset = offsetOf(textAt(line, "time_offset"), start);
	const at = instant(start, 0);
	if (at === undefined) return undefined;
	const endedAt = instant(textAt(line, "end_time"), 0) ?? at;
	return { id: textAt(line, "datauuid") ?? at, at, endedAt, offset };
}

/** Text with an offset means what it says; without one it is UTC; a bare number is epoch milliseconds. */
function instant(text: string | undefined, offsetMinutes: number): string | undefined {
	if (text !== undefined && /^\d{11,14}$/.test(text)) return instantText(Number(text));
	return instantOf(text) ?? instantAtOffset(text, offsetMinutes);
}

/** `UTC-0500`, `UTC+02:00`, milliseconds in old exports, or what the start itself says. */
function offsetOf(text: string | undefined, start: string | undefined): number | undefined {
	if (text !== undefined && /^-?\d+(\.0)?$/.test(text)) return Number(text) / 60_000;
	const [, sign, hours, minutes] = /([+-])(\d\d):?(\d\d)$/.exec(text ?? start?.slice(10) ?? "") ?? [];
	return sign === undefined ? undefined : (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
