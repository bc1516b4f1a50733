import { existsSync, globSync, readFileSync } from "node:fs";
import fc from "fast-check";
import t from "tap";
import { mappings } from "../../mappings/all.ts";
import { rewriteReferences } from "../../src/fhir/bundle.ts";
import { canonicalJson, type Json, type JsonObject, parseJson } from "../../src/fhir/json.ts";
import { validateResource } from "../../src/fhir/validate/validate.ts";
import { cellsOf, residueOf, takes } from "../../src/mapping/absorb.ts";
import type { Mapping } from "../../src/mapping/define.ts";
import { isPresent, project } from "../../src/mapping/project.ts";
import { renderOf } from "../../src/mapping/render.ts";
import { isEmptyResidue, parseResidue, residueText } from "../../src/mapping/residue.ts";
import type { Row, WriteContext } from "../../src/mapping/unit.ts";
import { allColumnsOf, type Column, entityOf } from "../../src/tables/columns.ts";

// The laws of design/architecture.md section 3, for every mapping, over generated rows and over real resources by others.

const people: WriteContext = {
	resolve: (reference) => (/^(Patient\/|Practitioner\/user-)/.test(reference) ? 7 : undefined),
};
const dataFolder = new URL("../../../shared/data/", import.meta.url).pathname;
const noData = existsSync(dataFolder) ? false : `${dataFolder} is not here`;

/** The row as the database would give it back: defaults filled, the subject joined. */
function stored(mapping: Mapping, cells: Row): Row {
	const row: Record<string, Row[string]> = {
		createdAt: "2026-01-02T03:04:05.678Z",
		therapistId: 3,
		...cells,
		$subject: "12",
	};
	for (const { property, hasDefault } of columns(mapping))
		row[property] ??= hasDefault && property === "createdAt" ? "2026-01-02T03:04:05.678Z" : null;
	if (row.therapistId === null) row.therapistId = 3;
	return row;
}

function columns(mapping: Mapping): readonly Column[] {
	const entity = entityOf(mapping.table);
	if (entity === undefined) throw new Error(`no table ${mapping.table}`);
	return allColumnsOf(entity);
}

/** Of kinds a mapping is about, and others. */
const deviceRecord = fc.constantFrom(
	"strava exercise 16000000001",
	"polar sleep dev-7/sleep/2026-03-05",
	"samsung blood-pressure 0A-b c",
	"samsung heart-rate dev-80/heart-rate/2026-03-05T10:00:00.000Z",
	"polar body-weight 7",
);

/** Any row the table allows. */
function rows(mapping: Mapping): fc.Arbitrary<Row> {
	const cells = Object.fromEntries(
		columns(mapping).map((column) => [
			column.property,
			column.nullable ? fc.option(cell(column), { nil: null }) : cell(column),
		]),
	);
	return fc.record(cells).map((row) => ({ ...row, $subject: "12" }) as Row);
}

function cell({ property, type, values }: Column): fc.Arbitrary<Row[string]> {
	if (property === "deviceRecord") return deviceRecord;
	if (property === "targets")
		return fc
			.uniqueArray(fc.constantFrom("Observation/ex-7", "Observation/vs-7-bp"), { minLength: 1 })
			.map((list) => JSON.stringify(list));
	switch (type) {
		case "integer":
			return fc.integer({ min: 70, max: 100 });
		case "float":
			return fc.integer({ min: 7000, max: 12000 }).map((n) => n / 100);
		case "boolean":
			return fc.boolean();
		case "enum":
			return fc.constantFrom(...(values ?? []));
		case "date":
			return fc
				.date({ min: new Date("1900-01-01"), max: new Date("2100-01-01"), noInvalidDate: true })
				.map((d) => d.toISOString().slice(0, 10));
		case "instant":
			return fc
				.date({ min: new Date("1900-01-01"), max: new Date("2100-01-01"), noInvalidDate: true })
				.map((d) => d.toISOString());
		default:
			return fc.oneof(
				fc.string({ minLength: 1, maxLength: 40 }).filter((text) => text.trim() !== ""),
				fc.constantFrom("morning", "10mg", "2.5 mL", "twice daily", "Anna Maria", "a, b"),
			);
	}
}

for (const mapping of mappings) {
	t.test(`${mapping.name}: read then write leaves the row as it was and the residue empty (law 2)`, async (t) => {
		fc.assert(
			fc.property(rows(mapping), (row) => {
				fc.pre(isPresent(mapping, row));
				const resource = project(mapping, row);
				const cells = cellsOf(mapping, resource, people, row);
				for (const [column, value] of Object.entries(cells)) {
					if (value !== (row[column] ?? null)) throw new Error(`${column}: ${row[column]} became ${value}`);
				}
				const residue = residueOf(mapping, resource, row);
				if (!isEmptyResidue(residue)) throw new Error(`residue ${JSON.stringify(residue)}`);
			}),
			{ numRuns: 300 },
		);
		t.pass("for 300 rows");
	});

	t.test(`${mapping.name}: rendering a row is projecting it`, async (t) => {
		fc.assert(
			fc.property(rows(mapping), fc.boolean(), (row, hasSubject) => {
				fc.pre(isPresent(mapping, row));
				const one = { ...row, $subject: hasSubject ? "12" : null };
				const { resourceType: _type, ...content } = project(mapping, one);
				const text = `{${renderOf(mapping)(one).slice(1)}}`;
				if (text !== JSON.stringify(content)) throw new Error(`${text} is not ${JSON.stringify(content)}`);
			}),
			{ numRuns: 300 },
		);
		t.pass("for 300 rows");
	});

	t.test(`${mapping.name}: so it is with a residue, on the row it belongs to and on another`, async (t) => {
		fc.assert(
			fc.property(rows(mapping), rows(mapping), fc.boolean(), fc.nat(), (row, other, isDecorated, drop) => {
				fc.pre(isPresent(mapping, row) && isPresent(mapping, other));
				const whole = project(mapping, row);
				const resource: JsonObject = isDecorated ? decorated(whole) : { ...whole };
				// What was not sent must not show.
				const names = Object.keys(resource).filter((name) => name !== "resourceType");
				delete resource[names[drop % names.length] as string];
				const stored = residueText(residueOf(mapping, resource, row));
				for (const one of [row, other]) {
					const { resourceType: _type, ...content } = project(mapping, one, parseResidue(stored));
					const text = `{${renderOf(mapping, stored)(one).slice(1)}}`;
					if (text !== JSON.stringify(content)) throw new Error(`${text} is not ${JSON.stringify(content)}`);
				}
			}),
			{ numRuns: 300 },
		);
		t.pass("for 300 residues");
	});

	t.test(`${mapping.name}: every row is valid R4, and taken by its own mapping only (laws 5, 6)`, async (t) => {
		fc.assert(
			fc.property(rows(mapping), (row) => {
				fc.pre(isPresent(mapping, row));
				const resource = { ...project(mapping, row), id: "x" };
				const issues = validateResource(resource as never);
				if (issues.length > 0) throw new Error(JSON.stringify(issues));
			}),
			{ numRuns: 200 },
		);
		t.pass("for 200 rows");
	});

	t.test(`${mapping.name}: a native edit shows and its neighbours stay (law 3)`, async (t) => {
		fc.assert(
			fc.property(rows(mapping), rows(mapping), fc.nat(), (row, other, pick) => {
				fc.pre(isPresent(mapping, row));
				const resource = decorated(project(mapping, row));
				if (mapping.takes !== "none") fc.pre(takes(mapping, resource, people));
				const residue = residueOf(mapping, resource, row);
				const names = Object.keys(cellsOf(mapping, resource, people, row)).filter((name) => name !== "userId");
				const name = names[pick % names.length] as string;
				const edited = { ...row, [name]: other[name] ?? null };
				fc.pre(isPresent(mapping, edited));
				const after = project(mapping, edited, residue);
				const plain = project(mapping, edited);
				// What the columns say is said; what they do not know of is as it was.
				for (const key of Object.keys(plain)) {
					if (canonicalJson(plain[key] as Json) === canonicalJson(project(mapping, row)[key] as Json)) continue;
					if (!contains(after[key], plain[key]))
						throw new Error(`${name}: ${key} is ${JSON.stringify(after[key])}, not ${JSON.stringify(plain[key])}`);
				}
				if (!contains(after.extension, [unknownExtension])) throw new Error("the extension went");
			}),
			{ numRuns: 200 },
		);
		t.pass("for 200 edits");
	});
}

const unknownExtension = { url: "http://example.org/x", valueDecimal: 1.5 };

/** The same resource with things no column knows. */
function decorated(resource: JsonObject): JsonObject {
	const extension = (resource.extension ?? []) as Json[];
	return { ...resource, extension: [unknownExtension, ...extension], language: "en" };
}

function contains(whole: Json | undefined, part: Json | undefined): boolean {
	if (Array.isArray(part))
		return Array.isArray(whole) && part.every((one) => whole.some((item) => contains(item, one)));
	if (part !== null && typeof part === "object") {
		return (
			whole !== null &&
			typeof whole === "object" &&
			Object.entries(part).every(([name, value]) => contains((whole as JsonObject)[name], value))
		);
	}
	return whole === part;
}

t.test(
	"real resources come back equal (law 1), each taken by one mapping at most (law 5)",
	{ skip: noData },
	async (t) => {
		const counts: Record<string, number> = {};
		for (const resource of realResources()) {
			const takers = mappings.filter((mapping) => takes(mapping, resource, people));
			if (takers.length > 1) t.fail(`${resource.id} is taken by ${takers.map((one) => one.name).join(" and ")}`);
			const [mapping] = takers;
			const name = mapping?.name ?? `${resource.resourceType} stored whole`;
			counts[name] = (counts[name] ?? 0) + 1;
			if (mapping === undefined) continue;
			const row = stored(mapping, cellsOf(mapping, resource, people, undefined));
			const residue = parseResidue(residueText(residueOf(mapping, resource, row)));
			const back = project(mapping, row, residue);
			const { id: _id, meta: _meta, ...sent } = resource;
			if (canonicalJson(back) !== canonicalJson(sent))
				t.equal(canonicalJson(back), canonicalJson(sent), `${name} ${resource.id}`);
			const cells = cellsOf(mapping, back, people, row);
			for (const [column, value] of Object.entries(cells)) {
				if (value !== (row[column] ?? null)) t.equal(value, row[column], `${name} ${resource.id}: ${column} (law 2)`);
			}
		}
		t.comment(JSON.stringify(counts));
		t.ok((counts["observation/blood-pressure"] ?? 0) > 100, "blood pressures became rows");
		t.ok((counts.patient ?? 0) > 20, "patients became rows");
	},
);

function* realResources(): Generator<JsonObject> {
	const types = new Set(mappings.map((mapping) => mapping.type));
	for (const file of globSync(`${dataFolder}{synthea,fhir-r4-official-examples}/**/*.json`)) {
		const json = parseJson(readFileSync(file, "utf8")) as JsonObject;
		const entries =
			json.resourceType === "Bundle"
				? ((json.entry ?? []) as { resource?: JsonObject; fullUrl?: string }[])
				: [{ resource: json, fullUrl: undefined }];
		const names = new Map(
			entries.map(({ resource, fullUrl = "" }) => [fullUrl, `${resource?.resourceType}/${resource?.id}`]),
		);
		for (const { resource, fullUrl } of entries) {
			if (resource !== undefined && types.has(resource.resourceType as string))
				yield rewriteReferences(resource, names, fullUrl);
		}
	}
}
