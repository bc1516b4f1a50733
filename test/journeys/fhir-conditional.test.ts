import t from "tap";
import { fhirSession, organization } from "../src/http/fhir/session.ts";

const { send, get } = await fhirSession(t);
const total = async (value: string) =>
	(await get(`/Organization?identifier=urn:test|${value}&_total=accurate`)).body.total;
const twice = async (value: string) => {
	await send("POST", "/Organization", organization(value));
	await send("POST", "/Organization", organization(value));
};

t.test("If-None-Exist: 201, 200 with the match, 412 (B.3)", async (t) => {
	const header = { "if-none-exist": "identifier=urn:test|n1" };
	const first = await send("POST", "/Organization", organization("n1"), header);
	t.equal(first.status, 201);
	const second = await send("POST", "/Organization", organization("n1", { active: true }), header);
	t.equal(second.status, 200);
	t.equal(second.headers.get("location"), first.headers.get("location"));
	t.equal(second.headers.get("etag"), 'W/"1"');
	t.equal(second.body.active, undefined, "nothing changed");
	await send("POST", "/Organization", organization("n1"));
	t.equal((await send("POST", "/Organization", organization("n1"), header)).status, 412);
});

t.test("twenty equal If-None-Exist at once create one", async (t) => {
	const header = { "if-none-exist": "identifier=urn:test|race" };
	const answers = await Promise.all(
		Array.from({ length: 20 }, () => send("POST", "/Organization", organization("race"), header)),
	);
	t.equal(answers.filter(({ status }) => status === 201).length, 1);
	t.equal(answers.filter(({ status }) => status === 200).length, 19);
	t.equal(await total("race"), 1);
});

t.test("criteria that would match everything are refused", async (t) => {
	for (const criteria of ["", "foo=bar", "identifier=", "identifier=,", "_count=1", "_sort=name", "name:nonsense=x"]) {
		const header = { "if-none-exist": criteria };
		const answer = await send("POST", "/Organization", organization("e1"), header);
		t.ok(answer.status === 400 || answer.status === 412, `create "${criteria}" ${answer.status}`);
		if (criteria === "") continue;
		t.equal((await send("PUT", `/Organization?${criteria}`, organization("e1"))).status, 400, `update ${criteria}`);
		t.equal((await send("DELETE", `/Organization?${criteria}`)).status, 400, `delete ${criteria}`);
	}
	t.equal((await send("PUT", "/Organization", organization("e1"))).status, 400);
	t.equal((await send("DELETE", "/Organization")).status, 400);
	t.equal(await total("e1"), 0);
});

t.test("PUT Type?criteria", async (t) => {
	const url = "/Organization?identifier=urn:test|p1";
	const created = await send("PUT", url, organization("p1"));
	t.equal(created.status, 201);
	const updated = await send("PUT", url, organization("p1", { active: true }));
	t.equal(updated.status, 200);
	t.equal(updated.body.id, created.body.id);
	t.equal((await send("PUT", url, organization("p1", { id: created.body.id }))).status, 200, "the same id");
	t.equal((await send("PUT", url, organization("p1", { id: "another" }))).status, 400, "a different id");
	await send("POST", "/Organization", organization("p1"));
	t.equal((await send("PUT", url, organization("p1"))).status, 412);
	const own = await send("PUT", "/Organization?identifier=urn:test|p2", organization("p2", { id: "own-id" }));
	t.equal(own.status, 201);
	t.equal(own.body.id, "own-id");
	const clash = await send("PUT", "/Organization?identifier=urn:test|p3", organization("p3", { id: "own-id" }));
	t.equal(clash.status, 409, "the id belongs to a resource the criteria do not mean");
});

t.test("DELETE Type?criteria", async (t) => {
	const url = "/Organization?identifier=urn:test|d1";
	t.equal((await send("DELETE", url)).status, 204, "none");
	await send("POST", "/Organization", organization("d1"));
	t.equal((await send("DELETE", url)).status, 204, "one");
	t.equal(await total("d1"), 0);
	await twice("d1");
	t.equal((await send("DELETE", url)).status, 412, "many");
	t.equal(await total("d1"), 2);
});
