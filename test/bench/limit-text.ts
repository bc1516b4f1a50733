/** The limit's answers as text: what the mappings say, written out by hand. Bytes as the server's; `meta` too, so that as much is sent. */

/** A vitals_samples row as `pg` gives it to the limit; times as PostgreSQL's text. */
export interface VitalsRow {
	readonly id: number;
	readonly user_id: number;
	readonly patient_id: number;
	readonly systolic_bp: number | null;
	readonly diastolic_bp: number | null;
	readonly heart_rate: number | null;
	readonly weight: number | null;
	readonly oxygen_saturation: number | null;
	readonly temperature: number | null;
	readonly recorded_at: string;
	readonly notes: string | null;
	readonly created_at: string;
	readonly updated_at: string;
}

const category =
	'{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs","display":"Vital Signs"}],"text":"Vital Signs"}';

interface Sign {
	readonly part: string;
	readonly profile: string;
	readonly code: string;
	/** The value's members; undefined where the row has no such sign. */
	value(row: VitalsRow): string | undefined;
}

const coded = (code: string, display: string) =>
	`{"coding":[{"system":"http://loinc.org","code":"${code}","display":"${display}"}],"text":"${display}"}`;

const quantity = (value: number, unit: string, code: string) =>
	`"valueQuantity":{"value":${value},"unit":"${unit}","system":"http://unitsofmeasure.org","code":"${code}"}`;

const systolic = coded("8480-6", "Systolic blood pressure");
const diastolic = coded("8462-4", "Diastolic blood pressure");
const saturation =
	'{"coding":[{"system":"http://loinc.org","code":"59408-5","display":"Oxygen saturation in Arterial blood by Pulse oximetry"},{"system":"http://loinc.org","code":"2708-6","display":"Oxygen saturation in Arterial blood"}],"text":"Oxygen saturation"}';

/** In the order in which a row's signs are listed. */
export const signs: readonly Sign[] = [
	{
		part: "bp",
		profile: "blood-pressure",
		code: coded("85354-9", "Blood pressure panel with all children optional"),
		value: ({ systolic_bp: high, diastolic_bp: low }) =>
			high === null || low === null
				? undefined
				: `"component":[{"code":${systolic},${quantity(high, "mmHg", "mm[Hg]")}},{"code":${diastolic},${quantity(low, "mmHg", "mm[Hg]")}}]`,
	},
	{
		part: "hr",
		profile: "heart-rate",
		code: coded("8867-4", "Heart rate"),
		value: ({ heart_rate: rate }) => (rate === null ? undefined : quantity(rate, "beats/minute", "/min")),
	},
	{
		part: "wt",
		profile: "body-weight",
		code: coded("29463-7", "Body weight"),
		value: ({ weight }) => (weight === null ? undefined : quantity(weight, "lb", "[lb_av]")),
	},
	{
		part: "spo2",
		profile: "pulse-oximetry",
		code: saturation,
		value: ({ oxygen_saturation: share }) => (share === null ? undefined : quantity(share, "%", "%")),
	},
	{
		part: "temp",
		profile: "body-temperature",
		code: coded("8310-5", "Body temperature"),
		value: ({ temperature }) => (temperature === null ? undefined : quantity(temperature, "°F", "[degF]")),
	},
];

/** One sign of a row as an Observation; undefined where the row has no such sign. */
export function observationText(row: VitalsRow, sign: Sign): string | undefined {
	const value = sign.value(row);
	if (value === undefined) return undefined;
	const note = row.notes === null ? "" : `,"note":[{"text":${JSON.stringify(row.notes)}}]`;
	return `{"resourceType":"Observation","id":"vs-${row.id}-${sign.part}",${metaText(row, sign.profile)},"status":"final","category":[${category}],"subject":{"reference":"Patient/${row.patient_id}"},"effectiveDateTime":"${instant(row.recorded_at)}","issued":"${instant(row.created_at)}"${note},"code":${sign.code},${value}}`;
}

function metaText(row: VitalsRow, profile: string): string {
	return `"meta":{"versionId":"1","lastUpdated":"${millis(row.updated_at)}","profile":["http://hl7.org/fhir/StructureDefinition/vitalsigns","http://hl7.org/fhir/us/core/StructureDefinition/us-core-${profile}"]}`;
}

/** A searchset of the signs of rows, `count` at most. */
export function searchsetText(
	base: string,
	rows: readonly VitalsRow[],
	wanted: readonly Sign[],
	count: number,
): string {
	let entries = "";
	let left = count;
	for (const row of rows) {
		for (const sign of wanted) {
			const text = left === 0 ? undefined : observationText(row, sign);
			if (text === undefined) continue;
			left--;
			entries += `${entries === "" ? "" : ","}{"fullUrl":"${base}/fhir/Observation/vs-${row.id}-${sign.part}","resource":${text},"search":{"mode":"match"}}`;
		}
	}
	return `{"resourceType":"Bundle","type":"searchset","entry":[${entries}]}`;
}

/** A list of rows as /api gives it; `rows` has one more than the page where there are more. */
export function listText(rows: readonly VitalsRow[], limit: number): string {
	const page = rows.slice(0, limit);
	const last = rows.length > limit ? page.at(-1) : undefined;
	const cursor =
		last === undefined
			? "null"
			: `"${Buffer.from(`["vitals","-recordedAt","${last.recorded_at}",${last.id}]`).toString("base64url")}"`;
	return `{"data":[${page.map(rowText).join(",")}],"nextCursor":${cursor}}`;
}

function rowText(row: VitalsRow): string {
	const notes = row.notes === null ? "null" : JSON.stringify(row.notes);
	return `{"id":${row.id},"userId":${row.user_id},"systolicBP":${row.systolic_bp},"diastolicBP":${row.diastolic_bp},"heartRate":${row.heart_rate},"weight":${row.weight},"oxygenSaturation":${row.oxygen_saturation},"temperature":${row.temperature},"recordedAt":"${millis(row.recorded_at)}","notes":${notes},"createdAt":"${millis(row.created_at)}","updatedAt":"${millis(row.updated_at)}"}`;
}

/** The columns of patients that the seed fills. */
export interface PatientRow {
	readonly [column: string]: string | number | boolean;
}

/** A seeded patient. Their names and addresses need no escaping, but real ones would, so that is paid for. */
export function patientText(row: PatientRow): string {
	const json = (column: string) => JSON.stringify(row[column]);
	return `{"resourceType":"Patient","id":"${row.id}","meta":{"versionId":"1","lastUpdated":"${millis(String(row.updated_at))}"},"active":${row.is_active},"name":[{"text":${json("name")},"family":${json("last_name")},"given":[${json("first_name")}]}],"telecom":[{"system":"phone","value":${json("primary_phone")},"use":"${row.primary_phone_type}"},{"system":"email","value":${json("email")}}],"gender":"${row.gender}","birthDate":"${row.date_of_birth}","address":[{"line":[${json("street_address")}],"city":${json("city")},"state":${json("state")},"postalCode":${json("postal_code")},"country":${json("country")}}],"contact":[{"relationship":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0131","code":"C","display":"Emergency Contact"}],"text":${json("emergency_contact1_relationship")}}],"name":{"text":${json("emergency_contact1_name")}},"telecom":[{"system":"phone","value":${json("emergency_contact1_phone")}}]}],"generalPractitioner":[{"reference":"Practitioner/user-${row.therapist_id}"}]}`;
}

/** `2025-01-01 10:00:00+00` as FHIR writes it: `2025-01-01T10:00:00Z`. */
function instant(text: string): string {
	return `${text.slice(0, 10)}T${text.slice(11, -3)}Z`;
}

/** The same with milliseconds, as /api and `meta` have it. */
export function millis(text: string): string {
	const fraction = text.slice(19, -3);
	return `${text.slice(0, 10)}T${text.slice(11, 19)}${fraction === "" ? ".000" : fraction.padEnd(4, "0")}Z`;
}
