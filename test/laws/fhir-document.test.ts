import { readFileSync } from "node:fs";
import t from "tap";
import { resourceTypes } from "../../src/fhir/definitions/definitions.ts";
import { registeredRoutes } from "../support/roads.ts";
import { startTestServer } from "../support/server.ts";

// Every route of /fhir is in openapi/fhir.json, for every type, and nothing is there that the server does not have.

type Methods = Readonly<
	Record<string, { readonly operationId: string; readonly parameters?: readonly { $ref: string }[] }>
>;

const document = JSON.parse(readFileSync(new URL("../../openapi/fhir.json", import.meta.url), "utf8")) as {
	readonly paths: Readonly<Record<string, Methods>>;
	readonly components: { readonly parameters: Readonly<Record<string, { readonly name: string }>> };
};

t.test("every route, for every type", async (t) => {
	const server = await startTestServer(t);
	const registered = (await registeredRoutes(server))
		.filter(({ url }) => /^\/fhir(\/|$)/.test(url))
		.flatMap(({ method, url }) => {
			const path = url.slice("/fhir".length).replace(/:(?!type)(\w+)/g, "{$1}") || "/";
			return path.includes(":type")
				? resourceTypes.map((type) => `${method} ${path.replace(":type", type)}`)
				: [`${method} ${path}`];
		});
	const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
		Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
	);
	t.same([...new Set(documented)].sort(), [...new Set(registered)].sort());
	const ids = Object.values(document.paths).flatMap((methods) => Object.values(methods).map((one) => one.operationId));
	t.equal(new Set(ids).size, ids.length, "operationIds are unique");

	const metadata = (await server.stranger.get("/fhir/metadata")).body;
	for (const { type, searchParam = [] } of metadata.rest[0].resource) {
		const named = new Set(
			(document.paths[`/${type}`]?.get?.parameters ?? []).map(
				({ $ref }) => document.components.parameters[$ref.split("/").at(-1) ?? ""]?.name,
			),
		);
		const missing = searchParam.map(({ name }: { name: string }) => name).filter((name: string) => !named.has(name));
		t.same(missing, [], `${type}: what the capability statement says may be searched`);
	}
});
