import type { FastifyInstance } from "fastify";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** A figure that is looked up when somebody asks for /metrics. */
export interface Reading {
	/** In Prometheus' own style: `heart_database_connections`, ending with its unit where it has one. */
	readonly name: string;
	readonly help: string;
	/** Names of the labels that tell its values apart. */
	readonly labelNames: readonly string[];
	/** Its values now. */
	read(): Promise<readonly LabelledValue[]> | readonly LabelledValue[];
}

/** One value of a reading. */
export interface LabelledValue {
	readonly labels: Readonly<Record<string, string>>;
	readonly value: number;
}

/** Seconds: from a row that is at hand to a bundle that takes as long as clients wait. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/**
 * `GET /metrics` (Prometheus text format): requests by method, route and status, how long they took, those under way, the process (memory,
 * event loop, garbage collection), and the readings. Routes are patterns (`/fhir/:type/:id`) and what no route knows is `none`: nothing of
 * a person, and nothing a client chooses, becomes a label.
 */
export function registerMetrics(app: FastifyInstance, readings: readonly Reading[]): void {
	const registry = new Registry();
	const registers = [registry];
	collectDefaultMetrics({ register: registry });
	const requests = new Counter({
		name: "heart_http_requests_total",
		help: "Requests answered",
		labelNames: ["method", "route", "status"],
		registers,
	});
	const durations = new Histogram({
		name: "heart_http_request_duration_seconds",
		help: "From the headers of a request to the last byte of its answer",
		labelNames: ["method", "route"],
		buckets,
		registers,
	});
	let underWay = 0;
	const name = "heart_http_requests_under_way";
	const read = () => [{ labels: {}, value: underWay }];
	registerReading(registry, { name, help: "Requests not answered yet", labelNames: [], read });
	const ended = () => underWay--;
	for (const reading of readings) registerReading(registry, reading);

	app.addHook("onRequest", (_request, reply, done) => {
		underWay++;
		// Also where the client hangs up before the answer.
		reply.raw.once("close", ended);
		done();
	});
	app.addHook("onResponse", (request, reply, done) => {
		const route = request.routeOptions.url ?? "none";
		requests.inc({ method: request.method, route, status: reply.statusCode });
		durations.observe({ method: request.method, route }, reply.elapsedTime / 1000);
		done();
	});
	app.get("/metrics", async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
}

function registerReading(registry: Registry, { name, help, labelNames, read }: Reading): void {
	const gauge = new Gauge({
		name,
		help,
		labelNames: [...labelNames],
		registers: [],
		async collect() {
			const values = await read();
			this.reset();
			for (const { labels, value } of values) this.set(labels, value);
		},
	});
	registry.registerMetric(gauge);
}
