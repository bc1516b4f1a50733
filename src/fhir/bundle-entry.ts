import type { PlannedEntry } from "./bundle.ts";
import type { Issue } from "./failure.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";

const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);
const withBody = new Set(["POST", "PUT", "PATCH"]);
const uuidForm = /^urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const oidForm = /^urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+$/;

/** Reads one entry; what is wrong with it is added to `issues`. Types of members are the frame check's business. */
export function plannedEntry(entry: JsonObject, at: number, base: string, issues: Issue[]): PlannedEntry {
	const path = `Bundle.entry[${at}]`;
	const wrong = (code: string, diagnostics: string, where: string) =>
		issues.push({ code, diagnostics, expression: `${path}${where}`, at });
	const request: JsonObject = isObject(entry.request) ? entry.request : {};
	const method = textOf(request.method) ?? "";
	const given = textOf(request.url);
	const url = given === undefined ? undefined : relative(given, base);
	const resource = withBody.has(method) && isObject(entry.resource) ? entry.resource : undefined;
	if (!isObject(entry.request)) wrong("required", "Every entry needs a request", ".request");
	else if (given !== undefined && url === undefined)
		wrong("value", `request.url must be relative, or begin with ${base}/`, ".request.url");
	else if (url !== undefined && methods.has(method)) {
		for (const [code, diagnostics, where] of agreement(method, url, resource)) wrong(code, diagnostics, where);
	}
	const fullUrl = textOf(entry.fullUrl);
	const fullUrlProblem = fullUrl === undefined ? undefined : problemOfFullUrl(fullUrl, method, url ?? "", base);
	if (fullUrlProblem !== undefined) wrong("value", fullUrlProblem, ".fullUrl");
	const ifNoneExist = textOf(request.ifNoneExist);
	if (ifNoneExist !== undefined && method !== "POST")
		wrong("value", "ifNoneExist is for POST only", ".request.ifNoneExist");
	const ifMatch = textOf(request.ifMatch);
	if (ifMatch !== undefined && method === "POST") wrong("value", "ifMatch is not for POST", ".request.ifMatch");
	return {
		method,
		url: url ?? "",
		resource,
		fullUrl,
		ifMatch,
		ifNoneMatch: textOf(request.ifNoneMatch),
		ifModifiedSince: textOf(request.ifModifiedSince),
		ifNoneExist: ifNoneExist?.replace(/^(?:[A-Z][A-Za-z]*)?\?/, ""),
		problem: undefined,
	};
}

type Wrong = readonly [code: string, diagnostics: string, where: string];

/** Whether method, URL and body fit together (R4 http 3.1.0.11). */
function agreement(method: string, url: string, resource: JsonObject | undefined): Wrong[] {
	const [path = "", query] = url.split("?", 2);
	const [type = "", id, ...more] = path.split("/");
	if (!withBody.has(method))
		return method === "DELETE" && type === ""
			? [["value", "request.url must name what to delete", ".request.url"]]
			: [];
	const isCall = path.includes("$") || path.endsWith("_search");
	if (isCall) return [];
	if (resource === undefined) return [["required", `${method} needs a resource`, ".resource"]];
	const wrong: Wrong[] = [];
	if (method === "POST" && (id !== undefined || type === "")) {
		wrong.push(["value", "request.url of a POST must be a resource type", ".request.url"]);
	}
	if (method !== "POST" && (more.length > 0 || (id === undefined && query === undefined))) {
		wrong.push(["value", `request.url of a ${method} must be Type/id or Type?criteria`, ".request.url"]);
	}
	// The body of a PATCH is the patch.
	if (method === "PATCH") return wrong;
	if (resource.resourceType !== type && type !== "") {
		const given = typeof resource.resourceType === "string" ? resource.resourceType.slice(0, 64) : "missing";
		wrong.push([
			"invalid",
			`request.url names ${type.slice(0, 64)}, the resource's type is ${given}`,
			".resource.resourceType",
		]);
	}
	if (method === "PUT" && id !== undefined && resource.id !== undefined && resource.id !== id) {
		wrong.push(["invalid", "The resource's id is not the one in request.url", ".resource.id"]);
	}
	return wrong;
}

/** R4 bundle 2.36.4: absolute, without a version; a fullUrl here must be the one the request writes to. */
function problemOfFullUrl(fullUrl: string, method: string, url: string, base: string): string | undefined {
	if (/^urn:uuid:/i.test(fullUrl)) return uuidForm.test(fullUrl) ? undefined : "fullUrl is not a correct urn:uuid";
	if (fullUrl.startsWith("urn:oid:")) return oidForm.test(fullUrl) ? undefined : "fullUrl is not a correct urn:oid";
	if (!/^[a-z][a-z0-9+.-]*:\S+$/i.test(fullUrl)) return "fullUrl must be absolute: a URL, urn:uuid:… or urn:oid:…";
	if (/\/_history\/[^/]*$/.test(fullUrl)) return "fullUrl must not name a version (R4 bdl-8)";
	if (method !== "PUT" || url.includes("?") || !fullUrl.startsWith(`${base}/`)) return undefined;
	return fullUrl === `${base}/${url}` ? undefined : "fullUrl is not the resource that request.url names";
}

/** The URL relative to the base, without a leading slash; undefined when it leads elsewhere. */
function relative(url: string, base: string): string | undefined {
	if (url.startsWith(`${base}/`)) return url.slice(base.length + 1);
	if (url.startsWith("//") || /^[a-z][a-z0-9+.-]*:/i.test(url)) return undefined;
	return url.replace(/^\//, "");
}

function textOf(value: Json | undefined): string | undefined {
	return typeof value === "string" && value !== "" ? value : undefined;
}
