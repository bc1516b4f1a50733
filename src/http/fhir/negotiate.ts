import { Failure } from "../../fhir/failure.ts";
import { type ParameterList, single } from "./parameters.ts";

/** What the client gets: the media type to echo and whether the JSON is indented for people. */
export interface Answer {
	readonly mediaType: string;
	readonly pretty: boolean;
}

/** The JSON media types this server reads and writes (R4 http 3.1.0.1.9); XML and Turtle are not offered. */
const jsonTypes = new Set(["application/fhir+json", "application/json", "text/json", "application/json+fhir"]);

const shortForms: Readonly<Record<string, string>> = { json: "application/fhir+json" };

/** Parameters that say how to answer, not what. */
const answerParameters = new Set(["_format", "_pretty", "fhirVersion"]);

/** The parameters without those that only concern the form of the answer. */
export function withoutAnswerParameters(parameters: ParameterList): ParameterList {
	return parameters.filter(([name]) => !answerParameters.has(name));
}

/** The parameters that must go into page links, so that the next page comes in the same form. */
export function answerParametersOf(parameters: ParameterList): ParameterList {
	return parameters.filter(([name]) => answerParameters.has(name));
}

/**
 * Chooses the form of the answer: `_format` before `Accept`; the first acceptable of the highest quality is echoed.
 *
 * @throws Failure not-acceptable - nothing of what was asked for is offered
 */
export function negotiate(accept: string | undefined, parameters: ParameterList): Answer {
	const pretty = single(parameters, "_pretty") === "true";
	const format = single(parameters, "_format");
	if (format !== undefined) return { mediaType: formatType(format), pretty };
	const mediaType = accepted(accept ?? "*/*");
	if (mediaType !== undefined) return { mediaType, pretty };
	throw new Failure("not-acceptable", "This server answers in JSON (application/fhir+json) of FHIR version 4.0 only");
}

/** The last Accept header and what it came to: clients send the same ones again and again. */
let lastAccepted: { readonly accept: string; readonly mediaType: string | undefined } = {
	accept: "*/*",
	mediaType: "application/fhir+json",
};

/** The media type to answer an Accept header with; undefined where nothing of it is offered. */
function accepted(accept: string): string | undefined {
	if (accept !== lastAccepted.accept) lastAccepted = { accept, mediaType: firstOffered(accept) };
	return lastAccepted.mediaType;
}

function firstOffered(accept: string): string | undefined {
	const wanted = accept
		.split(",")
		.map(readRange)
		.filter((range) => range.quality > 0)
		.sort((one, other) => other.quality - one.quality);
	for (const range of wanted) {
		const offered = offeredFor(range.type);
		if (offered !== undefined && isOurVersion(range.fhirVersion)) return offered;
	}
	return undefined;
}

/**
 * Checks the Content-Type of a resource sent by the client.
 *
 * @throws Failure unsupported-media-type - not JSON, not UTF-8, or another FHIR version
 */
export function checkContentType(contentType: string | undefined): void {
	const { type, charset, fhirVersion } = readRange(contentType ?? "");
	if (!jsonTypes.has(type)) {
		throw new Failure("unsupported-media-type", "Send JSON with Content-Type application/fhir+json");
	}
	if (charset !== undefined && charset !== "utf-8" && charset !== "utf8") {
		throw new Failure("unsupported-media-type", "Send JSON in UTF-8");
	}
	if (!isOurVersion(fhirVersion))
		throw new Failure("unsupported-media-type", "This server speaks FHIR version 4.0 only");
}

function formatType(format: string): string {
	// An unescaped `+` in a query arrives as a space.
	const range = readRange(format.replaceAll(" ", "+").replace(/;\++/g, ";"));
	const type = shortForms[range.type] ?? range.type;
	if (jsonTypes.has(type) && isOurVersion(range.fhirVersion)) return type;
	throw new Failure("not-acceptable", `_format "${format}" is not offered; use json`);
}

function offeredFor(type: string): string | undefined {
	if (jsonTypes.has(type)) return type;
	if (type === "*/*" || type === "application/*") return "application/fhir+json";
	return type === "text/*" ? "text/json" : undefined;
}

function isOurVersion(fhirVersion: string | undefined): boolean {
	return fhirVersion === undefined || fhirVersion === "4.0" || fhirVersion === "4.0.1";
}

function readRange(text: string) {
	const [type = "", ...rest] = text.split(";").map((part) => part.trim());
	const named = new Map<string, string>();
	for (const part of rest) {
		const at = part.indexOf("=");
		if (at > 0)
			named.set(
				part.slice(0, at).trim().toLowerCase(),
				part
					.slice(at + 1)
					.trim()
					.replace(/^"(.*)"$/, "$1"),
			);
	}
	const quality = Number(named.get("q") ?? 1);
	return {
		type: type.toLowerCase(),
		quality: Number.isNaN(quality) ? 1 : quality,
		charset: named.get("charset")?.toLowerCase(),
		fhirVersion: named.get("fhirversion"),
	};
}
