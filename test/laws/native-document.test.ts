import t from "tap";
import { documentedRoutes, nativeDocument, wrongBy } from "../support/native-document.ts";
import { registeredRoutes } from "../support/roads.ts";
import { startTestServer } from "../support/server.ts";

// Every route of /api is in openapi/native.json, says what it is and what can go wrong, and shows examples that are right.

const document = nativeDocument();
const routes = documentedRoutes();

t.test("every registered native route is documented, and no other", async (t) => {
	const server = await startTestServer(t);
	const registered = (await registeredRoutes(server))
		.filter(({ url }) => url.startsWith("/api/"))
		.map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, "{$1}")}`);
	const documented = routes.map(({ method, path }) => `${method} ${path}`);
	t.same(documented.sort(), registered.sort(), "routes.README.md says how; then npm run openapi");
});

t.test("what each route says of itself", async (t) => {
	const ids = routes.map(({ route }) => route.operationId);
	t.equal(new Set(ids).size, ids.length, "operationIds are unique");
	const tags = new Set(document.tags.map(({ name }) => name));
	for (const { method, path, route } of routes) {
		const where = `${method} ${path}`;
		const { operationId, summary, security, responses, parameters = [] } = route;
		t.match(operationId, /^[a-z]+([A-Z]\w*)?$/, `${where}: operationId`);
		t.match(summary, /^[A-Z].{4,}[^.]$/, `${where}: summary`);
		t.ok(route.tags?.length === 1 && tags.has(route.tags[0] as string), `${where}: tag`);
		t.ok(Array.isArray(security), `${where}: who may call it`);
		const statuses = Object.keys(responses);
		t.ok(
			statuses.some((status) => /^[23]/.test(status)),
			`${where}: a good answer`,
		);
		const refusals = security?.length === 0 ? ["400"] : ["400", "401", "403"];
		for (const status of [...refusals, ...(path.includes("{") ? ["404"] : [])])
			t.ok(statuses.includes(status), `${where}: ${status}`);
		for (const [status, { description, content }] of Object.entries(responses)) {
			t.notMatch(description, /^(|Default Response)$/, `${where}: ${status} in words`);
			// Where a vendor sends a browser back, a person reads what went wrong.
			const fitting = path.endsWith("/callback")
				? /^(application\/problem\+json|text\/html)$/
				: /^application\/problem\+json$/;
			if (/^[45]/.test(status)) t.match(Object.keys(content ?? {}).join(), fitting, `${where}: ${status}`);
		}
		for (const [name] of path.matchAll(/(?<=\{)\w+(?=\})/g))
			t.ok(
				parameters.some((one) => one.in === "path" && one.name === name),
				`${where}: ${name}`,
			);
	}
});

t.test("examples are valid", async (t) => {
	for (const { method, path, route } of routes) {
		const where = `${method} ${path}`;
		for (const { name, schema, example } of route.parameters ?? [])
			if (example !== undefined) t.equal(wrongBy(schema, example), "", `${where}: ${name}`);
		const bodies = [
			...Object.entries(route.requestBody?.content ?? {}).map(([type, media]) => ({ what: `body ${type}`, ...media })),
			...Object.entries(route.responses).flatMap(([status, { content = {} }]) =>
				Object.entries(content).map(([type, media]) => ({ what: `${status} ${type}`, ...media })),
			),
		];
		for (const { what, schema, example } of bodies) {
			if (!what.endsWith("application/json")) continue;
			t.not(example, undefined, `${where}: ${what} has an example`);
			t.equal(wrongBy(schema, example), "", `${where}: ${what}`);
		}
	}
	for (const [name, schema] of Object.entries(document.components.schemas)) {
		for (const [member, one] of Object.entries((schema.properties ?? {}) as Record<string, { examples?: unknown[] }>))
			for (const example of one.examples ?? []) t.equal(wrongBy(one, example), "", `${name}.${member}`);
	}
});
