import t from "tap";
import { type Answer, startTestServer } from "../support/server.ts";

// Recurring appointments in FHIR: the series, and one Appointment for each time it takes place, which an EHR reads, moves and cancels.

const server = await startTestServer(t);
const patient = await server.as("patient@test.example");
const therapist = await server.as("therapist@test.example");
const other = await server.as("other@test.example");
const subject = `Patient/${server.people.profiles.patient}`;
const soon = (days: number) => new Date(Math.floor(Date.now() / 86_400_000 + days) * 86_400_000);
const at = (days: number, hours: number) => new Date(soon(days).getTime() + hours * 3_600_000).toISOString();
const key = (iso: string) => iso.replace(/[-:]|\.\d+/g, "");

const ids = (answer: Answer): string[] => {
	if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
	return (answer.body.entry ?? []).map((one: { resource: { id: string } }) => one.resource.id);
};
const search = async (query: string, session = therapist) => ids(await session.get(`/fhir/Appointment?${query}`));

/** Every page of a search, one after the other. */
async function pages(query: string, session = therapist): Promise<string[]> {
	const found: string[] = [];
	for (let path: string | undefined = `/fhir/Appointment?${query}`; path !== undefined; ) {
		const answer: Answer = await session.get(path);
		found.push(...ids(answer));
		const next = answer.body.link.find((one: { relation: string }) => one.relation === "next")?.url as
			| string
			| undefined;
		path = next?.replace(server.base, "");
	}
	return found;
}

const add = async (body: object) => {
	const made = await patient.post("/api/events", { title: "Class", ...body });
	if (made.status !== 201) throw new Error(made.text);
	return made.body.id as number;
};

t.test("a series is itself and its occurrences, found, sorted, paged and counted like all appointments", async (t) => {
	const id = await add({ startTime: at(2, 15), endTime: at(2, 16), recurrenceRule: "FREQ=DAILY;COUNT=12" });
	const single = await add({ title: "Visit", startTime: at(5, 12) });
	const occurrence = (days: number) => `ev-${id}-${key(at(2 + days, 15))}`;
	const all = [`ev-${id}`, `ev-${single}`, ...Array.from({ length: 12 }, (_, n) => occurrence(n))];
	t.strictSame((await search(`patient=${subject}&_count=100`)).sort(), [...all].sort());
	const sorted = await search(`patient=${subject}&_sort=date&_count=100`);
	t.strictSame(new Set(sorted.slice(0, 2)), new Set([`ev-${id}`, occurrence(0)]));
	t.strictSame(sorted.slice(2, 7), [occurrence(1), occurrence(2), `ev-${single}`, occurrence(3), occurrence(4)]);
	for (const count of [1, 2, 3, 5]) {
		for (const sort of ["", "&_sort=date", "&_sort=-date", "&_sort=status,-date", "&_sort=-_lastUpdated"]) {
			const found = await pages(`patient=${subject}&_count=${count}${sort}`);
			t.equal(found.length, all.length, `${count} a page${sort}`);
			t.equal(new Set(found).size, all.length, `${count} a page${sort}: each once`);
		}
	}
	t.strictSame((await pages(`patient=${subject}&_count=3&_sort=-date`)).slice(0, 3), [
		occurrence(11),
		occurrence(10),
		occurrence(9),
	]);
	t.equal((await therapist.get(`/fhir/Appointment?patient=${subject}&_summary=count`)).body.total, all.length);
	t.equal(
		(await therapist.get(`/fhir/Appointment?patient=${subject}&_total=accurate&_count=1&date=ge${at(6, 0)}`)).body
			.total,
		8,
	);
	t.strictSame(await search(`patient=${subject}&date=${at(4, 0).slice(0, 10)}`), [occurrence(2)]);
	t.strictSame(await search(`patient=${subject}&date=ge${at(3, 0)}&date=lt${at(5, 0)}&_sort=date`), [
		occurrence(1),
		occurrence(2),
	]);
	t.strictSame(await search(`_id=${occurrence(4)}`), [occurrence(4)]);
	t.strictSame(await search(`_id=${occurrence(4)},ev-${single},ev-${id}-20200101T000000Z&_sort=date`), [
		`ev-${single}`,
		occurrence(4),
	]);
	t.equal((await search(`patient=${subject}&status=cancelled`)).length, 0);
	t.equal((await search(`patient=${subject}&status=booked&_count=50`)).length, all.length);
	t.strictSame(await search(`patient=${subject}`, other), [], "others see none");
	t.equal((await other.get(`/fhir/Appointment/${occurrence(1)}`)).status, 404);
	t.equal(
		ids(await therapist.get(`/fhir/Patient?_id=${server.people.profiles.patient}&_revinclude=Appointment:patient`))
			.length,
		all.length + 1,
	);

	const read = await therapist.get(`/fhir/Appointment/${occurrence(3)}`);
	t.equal(read.status, 200, read.text);
	t.match(read.body, {
		id: occurrence(3),
		start: at(5, 15).replace(".000", ""),
		end: at(5, 16).replace(".000", ""),
		status: "booked",
		description: "Class",
	});
	t.equal(read.body.extension, undefined, "one occurrence does not recur");
	t.match((await therapist.get(`/fhir/Appointment/ev-${id}`)).body.extension, [{ valueString: "FREQ=DAILY;COUNT=12" }]);
	t.equal(
		(await therapist.get(`/fhir/Appointment/ev-${id}-${key(at(1, 15))}`)).status,
		404,
		"it does not take place then",
	);
	const taken = await other.put(`/fhir/Appointment/${occurrence(1)}`, {
		...read.body,
		id: occurrence(1),
		participant: [{ actor: { reference: `Patient/${server.people.profiles.other}` }, status: "accepted" }],
	});
	t.equal(taken.status, 409, "nobody else takes the name of an occurrence");
	await patient.delete(`/api/events/${id}`);
	await patient.delete(`/api/events/${single}`);
	t.strictSame(await search(`patient=${subject}`), []);
	t.equal((await therapist.get(`/fhir/Appointment/${occurrence(3)}`)).status, 410, "gone with its series");
});

t.test("an EHR moves one occurrence, and it keeps its name and history", async (t) => {
	const id = await add({ startTime: at(2, 15), endTime: at(2, 16), recurrenceRule: "FREQ=DAILY;COUNT=5" });
	const name = `ev-${id}-${key(at(4, 15))}`;
	const read = await therapist.get(`/fhir/Appointment/${name}`);
	const etag = read.headers.get("etag") ?? "";
	const moved = { ...read.body, start: at(4, 18), end: at(4, 19), comment: "Later that day" };
	t.equal((await therapist.put(`/fhir/Appointment/${name}`, moved, { "if-match": 'W/"99"' })).status, 412);
	const put = await therapist.put(`/fhir/Appointment/${name}`, moved, { "if-match": etag });
	t.equal(put.status, 200, put.text);
	t.match(put.body, { id: name, comment: "Later that day", meta: { versionId: "2" } });
	t.equal((await therapist.put(`/fhir/Appointment/${name}`, moved, { "if-match": etag })).status, 412, "who was late");
	t.equal((await search(`patient=${subject}&_count=50`)).length, 6, "the series and five");
	t.strictSame(await search(`patient=${subject}&date=ge${at(4, 17)}&date=le${at(4, 20)}`), [name]);
	const native = (await patient.get(`/api/events/range?from=${at(4, 0).slice(0, 10)}&to=${at(4, 0).slice(0, 10)}`)).body
		.data;
	t.match(native, [
		{
			seriesId: id,
			occurrenceId: name.slice(3),
			startTime: at(4, 18),
			originalStart: at(4, 15),
			title: "Class",
			description: "Later that day",
		},
	]);
	t.match((await patient.get(`/api/events/${id}`)).body, { recurrenceException: key(at(4, 15)) });
	const history = await therapist.get(`/fhir/Appointment/${name}/_history`);
	t.strictSame(
		history.body.entry.map((one: { resource: { meta: { versionId: string } } }) => one.resource.meta.versionId),
		["2", "1"],
	);
	t.match((await therapist.get(`/fhir/Appointment/${name}/_history/1`)).body, { start: read.body.start });
	t.match((await therapist.get(`/fhir/Appointment/${name}/_history/2`)).body, { start: moved.start });
	const again = await therapist.put(`/fhir/Appointment/${name}`, { ...moved, status: "cancelled" });
	t.match(again.body, { status: "cancelled", meta: { versionId: "3" } });
	await patient.delete(`/api/events/${id}`);
});

t.test("an EHR makes a series, and cancels occurrences", async (t) => {
	const series = {
		resourceType: "Appointment",
		status: "booked",
		description: "Physiotherapy",
		start: at(2, 9),
		end: at(2, 10),
		participant: [{ actor: { reference: subject }, status: "accepted" }],
		extension: [
			{
				url: "https://heart-recovery.example/fhir/StructureDefinition/recurrence-rule",
				valueString: "FREQ=DAILY;COUNT=4",
			},
		],
	};
	const made = await therapist.post("/fhir/Appointment", series);
	t.equal(made.status, 201, made.text);
	const id = made.body.id as string;
	t.equal((await search(`patient=${subject}&_count=50`)).length, 5);
	const one = `${id}-${key(at(3, 9))}`;
	t.equal((await therapist.delete(`/fhir/Appointment/${one}`)).status, 204);
	t.equal((await therapist.get(`/fhir/Appointment/${one}`)).status, 410);
	t.equal((await search(`patient=${subject}&_count=50`)).length, 4);
	const bundle = {
		resourceType: "Bundle",
		type: "transaction",
		entry: [4, 5].map((day) => ({
			request: { method: "PUT", url: `Appointment/${id}-${key(at(day, 9))}` },
			resource: {
				...series,
				extension: undefined,
				id: `${id}-${key(at(day, 9))}`,
				status: "cancelled",
				start: at(day, 9),
				end: at(day, 10),
			},
		})),
	};
	const both = await therapist.post("/fhir", bundle);
	t.equal(both.status, 200, both.text);
	t.equal((await search(`patient=${subject}&status=cancelled`)).length, 2, "two of one series in one transaction");
	t.strictSame((await search(`patient=${subject}&status=booked&_sort=date`)).sort(), [id, `${id}-${key(at(2, 9))}`]);
	const native = await patient.patch(`/api/events/${id.slice(3)}?occurrence=${at(2, 9)}`, { title: "Edited natively" });
	t.equal(native.status, 200, native.text);
	t.match((await therapist.get(`/fhir/Appointment/${id}-${key(at(2, 9))}`)).body, { description: "Edited natively" });
	t.equal((await therapist.delete(`/fhir/Appointment/${id}`)).status, 204, "with what was edited alone");
	t.strictSame(await search(`patient=${subject}`), []);

	for (const rule of ["every day", "FREQ=SECONDLY", "FREQ=DAILY;BYHOUR=99"]) {
		const odd = { ...series, extension: [{ ...series.extension[0], valueString: rule }] };
		const kept = await therapist.post("/fhir/Appointment", odd);
		t.equal(kept.status, 201, "nothing R4 allows is refused");
		t.match((await therapist.get(`/fhir/Appointment/${kept.body.id}`)).body.extension, odd.extension);
		t.strictSame(await search(`patient=${subject}`), [kept.body.id], "and nothing recurs");
		await therapist.delete(`/fhir/Appointment/${kept.body.id}`);
	}
});

t.test("the window: 90 days back to 365 ahead, by date up to five years", async (t) => {
	const id = await add({ startTime: at(-3000, 12), recurrenceRule: "FREQ=WEEKLY" });
	const count = async (query: string) =>
		(await pages(`patient=${subject}&_count=200${query}`)).filter((one) => one !== `ev-${id}`).length;
	const usual = await count("");
	t.ok(usual >= 64 && usual <= 66, `${usual} weeks`);
	const long = await count(`&date=ge${at(-2900, 0)}&date=le${at(2900, 0)}`);
	t.ok(long >= 259 && long <= 262, `five years: ${long}`);
	t.equal(await count(`&date=${at(-2993, 0).slice(0, 10)}`), 1, "a day of long ago");
	await patient.delete(`/api/events/${id}`);
});

t.test("all day: whole civil days where the person lives", async (t) => {
	const shown = async (id: string) => {
		const { start, end } = (await therapist.get(`/fhir/Appointment/${id}`)).body;
		return `${start} ${end}`;
	};
	const one = await add({ isAllDay: true, startTime: "2027-03-14T05:00:00Z" });
	t.equal(await shown(`ev-${one}`), "2027-03-14T05:00:00Z 2027-03-15T04:00:00Z", "a day of 23 hours");
	const two = await add({ isAllDay: true, startTime: "2027-11-06T04:00:00Z", endTime: "2027-11-08T04:59:00Z" });
	t.equal(await shown(`ev-${two}`), "2027-11-06T04:00:00Z 2027-11-08T05:00:00Z", "two, one of 25");
	const series = await add({ isAllDay: true, startTime: "2027-03-13T05:00:00Z", recurrenceRule: "FREQ=DAILY;COUNT=2" });
	t.equal(await shown(`ev-${series}-20270314`), "2027-03-14T05:00:00Z 2027-03-15T04:00:00Z");
	t.strictSame(await search(`_id=ev-${series}-20270314`), [`ev-${series}-20270314`]);
	const read = await therapist.get(`/fhir/Appointment/ev-${two}`);
	const put = await therapist.put(`/fhir/Appointment/ev-${two}`, { ...read.body, comment: "Fasting" });
	t.match(put.body, { end: "2027-11-08T05:00:00Z", comment: "Fasting" });
	t.match(
		(await patient.get(`/api/events/${two}`)).body,
		{ endTime: "2027-11-08T04:59:00.000Z", isAllDay: true },
		"as it was",
	);
	t.match((await therapist.get(`/fhir/Appointment/ev-${two}/_history/1`)).body, { end: "2027-11-08T05:00:00Z" });
	for (const id of [one, two, series]) await patient.delete(`/api/events/${id}`);
});

t.test("many series: a page looks at no more than it needs, in the order asked for", async (t) => {
	const made = await Promise.all(
		Array.from({ length: 40 }, (_, n) =>
			add({ startTime: at(-30, 8 + n / 10), recurrenceRule: n % 2 ? "FREQ=DAILY" : "FREQ=DAILY;COUNT=45" }),
		),
	);
	const query = `patient=${subject}&date=ge${at(-20, 0)}&date=lt${at(25, 0)}`;
	const { total } = (await therapist.get(`/fhir/Appointment?${query}&_summary=count`)).body;
	t.equal(total, 20 * 45 + 20 * 35);
	const startOf = (id: string) => id.replace(/^ev-\d+-/, "");
	for (const [sort, along] of [
		["&_sort=date", 1],
		["&_sort=-date", -1],
		["", 0],
		["&_sort=status", 0],
	] as const) {
		const found = await pages(`${query}&_count=400${sort}`);
		t.equal(new Set(found).size, total, `every one${sort}`);
		t.equal(found.length, total, `once${sort}`);
		const sorted = found
			.map(startOf)
			.every(
				(one, index, all) =>
					index === 0 || along * (one < (all[index - 1] ?? "") ? -1 : 1) >= 0 || one === all[index - 1],
			);
		t.ok(along === 0 || sorted, `in order${sort}`);
	}
	for (const id of made) await patient.delete(`/api/events/${id}`);
});

t.test("twenty cancel occurrences of one series at once", async (t) => {
	const id = await add({ startTime: at(2, 15), recurrenceRule: "FREQ=DAILY;COUNT=20" });
	const answers = await Promise.all(
		Array.from({ length: 20 }, (_, n) => therapist.delete(`/fhir/Appointment/ev-${id}-${key(at(2 + n, 15))}`)),
	);
	t.ok(
		answers.every(({ status }) => status === 204),
		answers.find(({ status }) => status !== 204)?.text ?? "all",
	);
	t.strictSame(await search(`patient=${subject}`), [`ev-${id}`]);
	await patient.delete(`/api/events/${id}`);
});
