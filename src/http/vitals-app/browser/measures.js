/** What is shown, each a chart: LOINC codes, lines, and the range to aim for. */
export const measures = [
	{
		title: "Blood pressure",
		unit: "mmHg",
		codes: ["85354-9", "55284-4"],
		lines: [
			{ label: "Systolic", code: "8480-6", colour: "#0b5cad" },
			{ label: "Diastolic", code: "8462-4", colour: "#a4161a" },
		],
		target: { low: 60, high: 130, words: "below 130 / 80 mmHg" },
	},
	{
		title: "Heart rate",
		unit: "beats/min",
		codes: ["8867-4"],
		lines: [{ label: "Heart rate", colour: "#0b5cad" }],
		target: { low: 50, high: 100, words: "50 to 100 beats/min at rest" },
	},
	{
		title: "Weight",
		codes: ["29463-7"],
		lines: [{ label: "Weight", colour: "#0b5cad" }],
	},
	{
		title: "Oxygen saturation",
		unit: "%",
		codes: ["59408-5", "2708-6"],
		lines: [{ label: "SpO2", colour: "#0b5cad" }],
		target: { low: 95, high: 100, words: "95 % or more" },
	},
];

/** The values of a line in an Observation. */
export function valueIn(observation, line) {
	const holder =
		line.code === undefined
			? observation
			: observation.component?.find((one) => one.code?.coding?.some(({ code }) => code === line.code));
	const quantity = holder?.valueQuantity;
	return typeof quantity?.value === "number" ? { value: quantity.value, unit: quantity.unit ?? "" } : undefined;
}

/** A series of Observations as uPlot takes it: times in seconds, ascending, then the values of each line. */
export function seriesOf(observations, lines) {
	const rows = observations
		.map((one) => ({
			at: Date.parse(one.effectiveDateTime ?? one.effectiveInstant ?? "") / 1000,
			values: lines.map((line) => valueIn(one, line)),
		}))
		.filter(({ at, values }) => Number.isFinite(at) && values.some((value) => value !== undefined))
		.sort((one, other) => one.at - other.at);
	return {
		rows,
		data: [
			rows.map(({ at }) => at),
			...lines.map((_, index) => rows.map(({ values }) => values[index]?.value ?? null)),
		],
	};
}
