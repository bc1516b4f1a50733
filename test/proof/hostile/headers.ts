import fc from "fast-check";

const printable = fc.string({ maxLength: 20 }).map((text) => text.replace(/[^\x20-\x7e]/g, "").trim());

/** The usual content type alone, or with one or two headers that are odd in some way. */
export function headersFor(usual: string): fc.Arbitrary<Record<string, string>> {
	const others = fc.constantFrom(
		...["text/plain", "application/x-www-form-urlencoded", "application/json-patch+json", "x", "multipart/form-data"],
		...[`${usual}; charset=utf-16`, `${usual}; charset=x`, "application/fhir+json; fhirVersion=3.0", "text/xml"],
	);
	const header = fc.oneof(
		...Object.entries({ ...oddHeaders, "content-type": others }).map(([name, value]) =>
			value.map((text): [string, string] => [name, text]),
		),
	);
	const odd = fc.array(header, { minLength: 1, maxLength: 2 });
	const none = fc.constant<[string, string][]>([]);
	return fc
		.oneof({ weight: 2, arbitrary: none }, odd)
		.map((all) => ({ "content-type": usual, ...Object.fromEntries(all) }));
}

const oddHeaders: Readonly<Record<string, fc.Arbitrary<string>>> = {
	"content-encoding": fc.constantFrom("identity", "gzip", "x"),
	accept: fc.constantFrom("*/*", "application/fhir+json", "text/turtle", ";;", "application/json;q=abc"),
	prefer: fc.oneof(
		fc.constantFrom("return=minimal", "return=OperationOutcome", "handling=strict", "return=,,;", "respond-async"),
		printable,
	),
	"if-match": fc.oneof(fc.constantFrom('W/"1"', "*", '"', 'W/"999999999999999999999"', "1"), printable),
	"if-none-match": fc.oneof(fc.constantFrom('W/"1"', "*"), printable),
	"if-none-exist": fc.oneof(fc.constantFrom("identifier=x", "", "nonsense=1", "_id=1&name=", "date=x"), printable),
	"if-modified-since": fc.oneof(fc.constantFrom("Mon, 01 Jan 2035 00:00:00 GMT", "0"), printable),
	"idempotency-key": fc.oneof(fc.constantFrom("k1", "k2", "x".repeat(201)), printable),
	"x-dry-run": fc.constantFrom("true", "maybe"),
	"x-request-id": printable,
	"x-forwarded-for": printable,
	cookie: printable,
	origin: fc.constantFrom("null", "http://x", "http://localhost"),
};
