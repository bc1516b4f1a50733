import type { Measured } from "./measure.ts";
import { scenarios } from "./scenarios.ts";

/** Lines of a table whose columns line up; the first row is its head. */
export function table(rows: readonly (readonly string[])[]): string {
	const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
	const line = (row: readonly string[]) =>
		row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join("  ");
	const [head = [], ...body] = rows;
	return [line(head), widths.map((width) => "-".repeat(width)).join("  "), ...body.map(line)].join("\n");
}

const head = [
	"scenario",
	"conn",
	"req/s",
	"p50 ms",
	"p99 ms",
	"server",
	"postgres",
	"RSS MB",
	"limit req/s",
	"p99 ms",
	"limit",
	"postgres",
	"ratio",
	"of rounds",
	"goal",
	"met",
];

/** The main table. `server`, `limit` and `postgres` are processors used. */
export function measuredTable(measured: readonly Measured[]): string {
	return table([head, ...measured.map(cells)]);
}

function cells(one: Measured): string[] {
	return [
		one.scenario,
		String(one.connections),
		whole(one.reqPerSec),
		decimal(one.p50Ms),
		decimal(one.p99Ms),
		share(one.serverProcessors),
		share(one.postgresProcessors),
		one.rssMb === undefined ? "-" : whole(one.rssMb),
		whole(one.limitReqPerSec),
		decimal(one.limitP99Ms),
		share(one.limitProcessors),
		share(one.limitPostgresProcessors),
		one.ratio.toFixed(2),
		one.ratioRange.map((ratio) => ratio.toFixed(2)).join("-"),
		`>= ${one.goal}`,
		missed(one).join(", ") || "yes",
	];
}

/** What of performance.md is not met. */
function missed({ scenario, connections, ratio, goal, p99Ms, limitP99Ms, rssMb }: Measured): string[] {
	const hasTailGoal = connections === 16 && scenarios.some(({ name, tail }) => name === scenario && tail === true);
	return [
		...(ratio < goal ? ["ratio"] : []),
		...(hasTailGoal && p99Ms > 3 * limitP99Ms ? [`p99 ${(p99Ms / limitP99Ms).toFixed(1)}x`] : []),
		...((rssMb ?? 0) > 300 ? ["memory"] : []),
	];
}

/** The object `--json` prints: the fields of performance.md first, then what else is known. */
export function measuredJson(one: Measured): object {
	const { scenario, connections, reqPerSec, p50Ms, p99Ms, limitReqPerSec, ratio, rssMb, ...more } = one;
	return rounded({
		scenario,
		connections,
		reqPerSec,
		p50Ms,
		p99Ms,
		limitReqPerSec,
		ratio,
		rssMb,
		...more,
		missed: missed(one),
	});
}

/** The same object with numbers as precise as they mean anything. */
export function rounded(object: object): object {
	const round = (value: unknown): unknown =>
		typeof value === "number" ? Number(value.toPrecision(4)) : Array.isArray(value) ? value.map(round) : value;
	return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, round(value)]));
}

const whole = (value: number) => Math.round(value).toLocaleString("en");
const decimal = (value: number) => value.toFixed(value < 10 ? 2 : 1);
const share = (value: number | undefined) => (value === undefined ? "-" : value.toFixed(2));
