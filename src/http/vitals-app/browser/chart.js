/* global uPlot */

const height = 220;

/** Draws a measure over time into a figure of its own, with the range to aim for as a band; it fits itself to the screen. */
export function drawChart(place, measure, data, summary) {
	const figure = document.createElement("figure");
	const caption = document.createElement("figcaption");
	caption.textContent = measure.unit === undefined ? measure.title : `${measure.title} (${measure.unit})`;
	const canvas = document.createElement("div");
	canvas.setAttribute("role", "img");
	canvas.setAttribute("aria-label", `${measure.title} over the last year. ${summary}`);
	figure.append(caption, canvas);
	place.append(figure);
	const plot = new uPlot(optionsOf(measure, canvas.clientWidth), data, canvas);
	new ResizeObserver(() => plot.setSize({ width: canvas.clientWidth, height })).observe(canvas);
}

function optionsOf({ lines, target }, width) {
	return {
		width,
		height,
		legend: { live: false },
		cursor: { y: false },
		scales: { y: { range: (_plot, low, high) => rangeOf(low, high, target) } },
		series: [
			{},
			...lines.map(({ label, colour }) => ({
				label,
				stroke: colour,
				width: 1.5,
				points: { show: false },
				spanGaps: true,
			})),
		],
		axes: [{ grid: { stroke: "#e4e8ec" } }, { size: 56, grid: { stroke: "#e4e8ec" } }],
		hooks: target === undefined ? {} : { drawClear: [(plot) => drawBand(plot, target)] },
	};
}

function rangeOf(low, high, target) {
	const [from, to] = [Math.min(low ?? 0, target?.low ?? low ?? 0), Math.max(high ?? 1, target?.high ?? high ?? 1)];
	const room = Math.max(1, (to - from) * 0.08);
	return [from - room, to + room];
}

function drawBand(plot, { low, high }) {
	const [top, bottom] = [plot.valToPos(high, "y", true), plot.valToPos(low, "y", true)];
	plot.ctx.fillStyle = "#e3f1e7";
	plot.ctx.fillRect(plot.bbox.left, top, plot.bbox.width, bottom - top);
}
