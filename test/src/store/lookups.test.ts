import { sql } from "kysely";
import t, { type Test } from "tap";
import { type Caller, callerOf, serverCaller } from "../../../src/access/caller.ts";
import { openLanes } from "../../../src/store/lanes.ts";
import { type Found, type Lookup, openLookups } from "../../../src/store/lookups.ts";
import { type Composed, template } from "../../../src/store/statement.ts";
import { createTestDatabase } from "../../support/postgres.ts";

// One statement for what many requests look up at once, and each is answered with its own row, as itself.

const scratch = await createTestDatabase();
t.teardown(() => scratch.drop());
const one = callerOf({ id: 9003, role: "patient" });
const other = callerOf({ id: 9004, role: "patient" });

interface Answer {
	readonly n: number;
	readonly user: string;
	readonly pid: number;
}

/** Gives back what it is asked, and as whom; nothing for odd numbers. Fails for 13. */
const even: Lookup<number, Answer> = (() => {
	const statement = template<Found<Answer>, "keys">(
		(place) => sql`
			select k.at::int "$key", 1 / (k.n - 13) zero, k.n, current_setting('app.user_id') "user", pg_backend_pid() pid
			from unnest(${place("keys")}::int[]) with ordinality k (n, at) where k.n % 2 = 0 or k.n = 13`,
	);
	return { statement: (keys) => statement({ keys }) };
})();

function lookupsFor(test: Test) {
	const lanes = openLanes({
		settings: { connectionString: scratch.serverUrl },
		most: 2,
		repeatable: true,
		waitMilliseconds: 5000,
	});
	test.teardown(() => lanes.close());
	const sent: number[] = [];
	const lookups = openLookups({
		query: (caller, statement) => {
			sent.push(((statement as Composed<unknown>).values[0] as unknown[]).length);
			return lanes.query(caller, statement);
		},
	});
	return { sent, find: (caller: Caller, n: number) => lookups.find(caller, even, n) };
}

t.test(
	"what is looked up in one turn is as few statements as four keys each allow, and each gets its own row or none",
	async (t) => {
		const { sent, find } = lookupsFor(t);
		const asked = [4, 7, 2, 4, 100, 9];
		const found = await Promise.all(asked.map((n) => find(one, n)));
		t.strictSame(
			found.map((row) => row?.n),
			[4, undefined, 2, 4, 100, undefined],
		);
		t.strictSame(sent, [4, 2]);
		await find(one, 2);
		t.strictSame(sent, [4, 2, 1], "in another turn it is another");
	},
);

t.test("callers never share a statement", async (t) => {
	const { sent, find } = lookupsFor(t);
	const found = await Promise.all(
		Array.from({ length: 40 }, async (_, n) => {
			const caller = n % 2 === 0 ? one : other;
			return [caller.userId, Number((await find(caller, n * 2))?.user)];
		}),
	);
	for (const [asked, answered] of found) t.equal(answered, asked);
	t.strictSame(sent, new Array(10).fill(4));
});

t.test("a long queue is asked in parts", async (t) => {
	const { sent, find } = lookupsFor(t);
	const found = await Promise.all(Array.from({ length: 150 }, (_, n) => find(serverCaller, n * 2)));
	t.strictSame(
		found.map((row) => row?.n),
		Array.from({ length: 150 }, (_, n) => n * 2),
	);
	t.strictSame(sent, [...new Array(37).fill(4), 2]);
});

t.test("a statement that fails fails all who asked, and nobody else", async (t) => {
	const { find } = lookupsFor(t);
	const outcomes = await Promise.allSettled([find(one, 13), find(one, 2), find(other, 2)]);
	t.strictSame(
		outcomes.map(({ status }) => status),
		["rejected", "rejected", "fulfilled"],
	);
	t.equal((await find(one, 2))?.n, 2, "the next is answered");
});
