import { type Ground, median, oneRound, type Pace } from "./measure.ts";
import { nth, observation, type Request, type World } from "./scenarios.ts";

/** The same rows asked for on both faces. */
interface Faces {
	readonly name: string;
	fhir(world: World, n: number): Request;
	api(world: World, n: number): Request;
}

const get = (path: string): Request => ({ method: "GET", path });

const pairs: readonly Faces[] = [
	{
		name: "one vitals row",
		fhir: ({ observations }, n) => get(`/fhir/Observation/${nth(observations, n)}`),
		api: ({ observations }, n) => get(`/api/vitals/${nth(observations, n).split("-")[1]}`),
	},
	{
		name: "one patient",
		fhir: ({ readers }, n) => get(`/fhir/Patient/${nth(readers, n).id}`),
		api: ({ readers }, n) => get(`/api/patients/${nth(readers, n).id}`),
	},
	{
		// Fifty rows are some 75 Observations.
		name: "a patient's 50 newest rows",
		fhir: ({ readers }, n) => {
			const { id, since } = nth(readers, n);
			return get(`/fhir/Observation?patient=${id}&category=vital-signs&date=ge${since}&_sort=-date&_count=200`);
		},
		api: ({ readers }, n) => get(`/api/vitals?userId=${nth(readers, n).userId}&from=${nth(readers, n).since}&limit=50`),
	},
	{
		name: "one new row",
		fhir: (world, n) => ({ method: "POST", path: "/fhir/Observation", body: observation(world, n) }),
		api: ({ writers }, n) => ({
			method: "POST",
			path: "/api/vitals",
			body: JSON.stringify({
				userId: nth(writers, n).userId,
				heartRate: 60 + (n % 40),
				recordedAt: new Date(1_000_000_000_000 + n * 1000).toISOString(),
			}),
		}),
	},
];

/** What the mapping costs: requests per second for the same rows through /fhir and through /api. */
export interface FacesMeasured {
	readonly rows: string;
	readonly connections: number;
	readonly fhirReqPerSec: number;
	readonly apiReqPerSec: number;
	readonly ratio: number;
}

/** Measures all pairs in turn, round by round. */
export async function measureFaces(ground: Ground, connections: number, pace: Pace): Promise<FacesMeasured[]> {
	const measured: FacesMeasured[] = [];
	for (const { name, fhir, api } of pairs) {
		const round = async (request: Faces["fhir"], seconds: number) =>
			(await oneRound(ground, ground.server, { request }, connections, seconds)).reqPerSec;
		for (const request of [fhir, api]) await round(request, pace.warmUpSeconds);
		const [ofFhir, ofApi]: [number[], number[]] = [[], []];
		for (let at = 0; at < pace.rounds; at++) {
			ofFhir.push(await round(fhir, pace.seconds));
			ofApi.push(await round(api, pace.seconds));
		}
		const [fhirReqPerSec, apiReqPerSec] = [median(ofFhir), median(ofApi)];
		measured.push({ rows: name, connections, fhirReqPerSec, apiReqPerSec, ratio: fhirReqPerSec / apiReqPerSec });
	}
	return measured;
}
