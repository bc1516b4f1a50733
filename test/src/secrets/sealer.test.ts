import fc from "fast-check";
import t from "tap";
import { Failure } from "../../../src/fhir/failure.ts";
import { sealer } from "../../../src/secrets/sealer.ts";

const key = (fill: number) => Buffer.alloc(32, fill);
const unreadable = (run: () => unknown, t: Pick<typeof import("tap").default, "fail" | "ok">, why: string) => {
	try {
		run();
		t.fail(`${why}: opened`);
	} catch (error) {
		t.ok(error instanceof Failure && error.kind === "fault" && error.message === "A stored secret cannot be read", why);
	}
};

t.test("what is sealed opens in its place, and looks different each time", (t) => {
	const box = sealer([key(1)]);
	fc.assert(
		fc.property(fc.string({ unit: "binary" }), fc.string(), (secret, place) => {
			const sealed = box.seal(secret, place);
			return box.open(sealed, place) === secret && box.seal(secret, place) !== sealed && !box.isStale(sealed);
		}),
	);
	t.end();
});

t.test("moved to another place it does not open", (t) => {
	const box = sealer([key(1)]);
	fc.assert(
		fc.property(fc.string(), fc.string(), fc.string(), (secret, place, other) => {
			fc.pre(place !== other);
			return throws(() => box.open(box.seal(secret, place), other));
		}),
	);
	t.end();
});

t.test("no altered character goes unnoticed", (t) => {
	const box = sealer([key(1)]);
	const sealed = box.seal("a refresh token", "device_connections/7/refresh_token");
	for (let at = 0; at < sealed.length; at++) {
		const altered = `${sealed.slice(0, at)}${sealed[at] === "A" ? "B" : "A"}${sealed.slice(at + 1)}`;
		// The last character of base64url has bits that carry nothing.
		if (sameBytes(sealed, altered)) continue;
		t.ok(
			throws(() => box.open(altered, "device_connections/7/refresh_token")),
			`character ${at}`,
		);
	}
	for (let end = 0; end < sealed.length; end++) {
		if (!throws(() => box.open(sealed.slice(0, end), "device_connections/7/refresh_token"))) t.fail(`cut at ${end}`);
	}
	t.end();
});

t.test("what never was sealed is refused without repeating it", (t) => {
	const box = sealer([key(1)]);
	for (const text of ["", "plain token", "s1", "s1..", "s1.x.", "s0.a.b", "s1.a.b.c", "s1.a.!!!"]) {
		unreadable(() => box.open(text, "p"), t, JSON.stringify(text));
	}
	t.end();
});

t.test("rotation: the new key opens the old, and says what to seal anew", (t) => {
	const old = sealer([key(1)]);
	const both = sealer([key(2), key(1)]);
	const next = sealer([key(2)]);
	const sealed = old.seal("token", "p");
	t.equal(both.open(sealed, "p"), "token");
	t.equal(both.isStale(sealed), true);
	const anew = both.seal(both.open(sealed, "p"), "p");
	t.equal(both.isStale(anew), false);
	t.equal(next.open(anew, "p"), "token");
	unreadable(() => next.open(sealed, "p"), t, "the old key is gone");
	t.end();
});

t.test("two servers with the same keys read each other's", (t) => {
	t.equal(sealer([key(3)]).open(sealer([key(3), key(4)]).seal("x", "p"), "p"), "x");
	t.end();
});

t.test("keys are 32 bytes, and there is one", (t) => {
	t.throws(() => sealer([]));
	t.throws(() => sealer([Buffer.alloc(16)]));
	t.end();
});

function throws(run: () => unknown): boolean {
	try {
		run();
		return false;
	} catch {
		return true;
	}
}

function sameBytes(one: string, other: string): boolean {
	const [, idOne, bodyOne] = one.split(".");
	const [form, idOther, bodyOther] = other.split(".");
	const bytes = (text = "") => Buffer.from(text, "base64url").toString("hex");
	return form === "s1" && idOne === idOther && bytes(bodyOne) === bytes(bodyOther);
}
