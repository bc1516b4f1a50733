import { drawChart } from "./chart.js";
import { measures, seriesOf } from "./measures.js";
import { authorization } from "./settings.js";

/* global FHIR */

const find = (id) => document.querySelector(`#${id}`);
const status = find("status");
const dates = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** How far back is shown, in days. */
const days = 365;

const arrived = new URLSearchParams(location.search);
const known = sessionStorage.getItem("SMART_KEY");
if (arrived.has("error")) refused(arrived.get("error_description") ?? arrived.get("error"));
else if (arrived.has("code") || known !== null) FHIR.oauth2.ready().then(show).catch(lost);
else offer("This app shows blood pressure, heart rate, weight and oxygen saturation over the last year.");

function offer(words) {
	status.textContent = words;
	const button = find("connect");
	button.hidden = false;
	button.addEventListener("click", () => {
		FHIR.oauth2.authorize(authorization()).catch((error) => refused(error.message));
	});
}

function refused(words) {
	history.replaceState(null, "", location.pathname);
	status.className = "bad";
	offer(`Access was not given: ${words}`);
}

/** The token has ended, or the page was opened anew in another tab. */
function lost() {
	sessionStorage.clear();
	history.replaceState(null, "", location.pathname);
	offer("Connect to see the values.");
}

async function show(client) {
	const [patient, ...all] = await Promise.all([
		client.patient.read(),
		...measures.map((one) => observationsOf(client, one)),
	]);
	if (client.state.tokenResponse?.need_patient_banner !== false) find("patient").textContent = bannerOf(patient);
	status.textContent = "";
	find("latest").hidden = false;
	for (const [at, measure] of measures.entries()) showMeasure(measure, all[at]);
}

/** A year of a measure, all pages; just what is drawn of each. */
async function observationsOf(client, { codes }) {
	const from = new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
	const query = new URLSearchParams({
		patient: client.patient.id,
		code: codes.map((code) => `http://loinc.org|${code}`).join(","),
		date: `ge${from}`,
		_elements: "effective,value,component",
		_count: "1000",
	});
	return client.request(`Observation?${query}`, { pageLimit: 0, flat: true });
}

function bannerOf(patient) {
	const name = patient.name?.[0];
	const words = name?.text ?? [...(name?.given ?? []), name?.family].filter(Boolean).join(" ");
	return [words || "Patient", patient.birthDate && `born ${patient.birthDate}`, patient.gender]
		.filter(Boolean)
		.join(", ");
}

function showMeasure(measure, observations) {
	const { rows, data } = seriesOf(observations, measure.lines);
	const latest = rows.at(-1);
	const term = document.createElement("dt");
	term.textContent = measure.title;
	const value = document.createElement("dd");
	value.textContent =
		latest === undefined
			? "no values in the last year"
			: `${latest.values.map((one) => one?.value ?? "–").join(" / ")} ${measure.unit ?? latest.values[0]?.unit ?? ""}, ${dates.format(latest.at * 1000)}`;
	if (measure.target !== undefined) value.textContent += ` (aim: ${measure.target.words})`;
	find("values").append(term, value);
	if (latest !== undefined) drawChart(find("charts"), measure, data, summaryOf(measure, rows));
}

/** The chart in words, for those who do not see it. */
function summaryOf(measure, rows) {
	return measure.lines
		.map((line, at) => {
			const values = rows.flatMap(({ values }) => values[at]?.value ?? []);
			return `${line.label}: ${values.length} values, lowest ${Math.min(...values)}, highest ${Math.max(...values)}, latest ${values.at(-1)}`;
		})
		.join(". ");
}
