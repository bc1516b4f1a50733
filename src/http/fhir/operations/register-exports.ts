import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ExportRequest } from "../../../exports/export-request.ts";
import { kickOff } from "../../../exports/kick-off.ts";
import { Failure } from "../../../fhir/failure.ts";
import { outcomeOfIssues } from "../../../fhir/outcome.ts";
import { refuseOtherMethods } from "../../plugins/refuse-methods.ts";
import { targetOf } from "../interactions.ts";
import type { FhirServices } from "../services.ts";
import { withRequest } from "../with-request.ts";
import { parametersOfResource } from "./export-parameters.ts";
import { deleteStatus, showStatus } from "./export-status.ts";
import { type ExportTarget, readExportRequest } from "./read-export-request.ts";
import { sendExportFile } from "./send-export-file.ts";

/** `$export` at its three levels, by path (Bulk Data Access 2). */
const kickOffs: Readonly<Record<string, ExportRequest["level"]>> = {
	"/$export": "system",
	"/Patient/$export": "patient",
	"/Group/:id/$export": "group",
};

/** Puts bulk exports under /fhir: three kick-offs by GET and POST, the status of an export and its files. */
export function registerExports(app: FastifyInstance, services: FhirServices): void {
	for (const [path, level] of Object.entries(kickOffs)) {
		const handler = async (request: FastifyRequest, reply: FastifyReply) => {
			const { id } = request.params as { id?: string };
			return begin(services, request, reply, { level, ...(id === undefined ? {} : { group: id }) });
		};
		route(app, "GET", path, handler);
		route(app, "POST", path, handler);
		refuseOtherMethods(app, `/fhir${path}`, ["GET", "POST"]);
	}
	const status = "/$export-status/:export";
	route(app, "GET", status, (request, reply) => showStatus(services, request, reply));
	route(app, "DELETE", status, (request, reply) => deleteStatus(services, request, reply));
	refuseOtherMethods(app, `/fhir${status}`, ["GET", "DELETE"]);
	const file = "/$export-file/:export/:file";
	route(app, "GET", file, (request, reply) => sendExportFile(services, request, reply));
	refuseOtherMethods(app, `/fhir${file}`, ["GET"]);
}

function route(
	app: FastifyInstance,
	method: "GET" | "POST" | "DELETE",
	path: string,
	handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
): void {
	const onRequest = async (request: FastifyRequest) => void (await request.caller());
	app.route({ method, url: `/fhir${path}`, schema: { hide: true }, onRequest, handler });
}

async function begin(
	services: FhirServices,
	request: FastifyRequest,
	reply: FastifyReply,
	target: ExportTarget,
): Promise<FastifyReply> {
	const { exports, standingOf, base } = services;
	// Whoever asks for headers does not ask for an export.
	if (request.method === "HEAD") throw new Failure("method-not-allowed", "HEAD is not possible here");
	const caller = await request.caller();
	return withRequest(request, targetOf({}), services, async ({ asked }) => {
		if (!/(^|,)\s*respond-async\s*(;|,|$)/i.test([request.headers.prefer ?? []].flat().join(",")))
			throw new Failure("not-supported", "An export is made in the background only: send Prefer: respond-async");
		const isPost = request.method === "POST";
		const given = isPost ? [...asked.parameters, ...parametersOfResource(asked.resource)] : asked.parameters;
		const isLenient = asked.preferences.handling === "lenient";
		const wanted = readExportRequest(given, target, { caller, base, isLenient, isPost });
		const standing = await standingOf(request.bearerToken() ?? "");
		const address = `${base}${(request.raw.url ?? "").replace(/^\/fhir/, "")}`;
		const id = await kickOff(exports, caller, standing, wanted, address);
		const issue = {
			code: "informational",
			diagnostics: "The export was taken on; Content-Location tells how far it is",
		};
		return reply
			.code(202)
			.header("content-location", `${base}/$export-status/${id}`)
			.header("content-type", "application/fhir+json; charset=utf-8")
			.send(JSON.stringify(outcomeOfIssues([issue], "information")));
	});
}
