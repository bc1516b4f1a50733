import fc from "fast-check";
import t from "tap";
import { compareDecimals, type Decimal, decimalOf, negative, plus, tenth } from "../../../src/search/decimal.ts";

// Numbers of any size, exactly: as Postgres' numeric does it for searches.

const text = fc
	.record({
		sign: fc.constantFrom("", "-"),
		whole: fc.bigInt({ min: 0n, max: 10n ** 25n }),
		fraction: fc.option(fc.bigInt({ min: 0n, max: 10n ** 12n }), { nil: undefined }),
		exponent: fc.option(fc.integer({ min: -40, max: 40 }), { nil: undefined }),
	})
	.map(
		({ sign, whole, fraction, exponent }) =>
			`${sign}${whole}${fraction === undefined ? "" : `.${fraction}`}${exponent === undefined ? "" : `e${exponent}`}`,
	);

const read = (one: string) => decimalOf(one) as Decimal;
/** Times 10^80. */
const whole = ({ digits, exponent }: Decimal) => digits * 10n ** BigInt(exponent + 80);
const sign = (value: number) => Math.sign(value);

t.test("comparing, adding and tenths agree with whole numbers", async () => {
	fc.assert(
		fc.property(text, text, (one, other) => {
			const [a, b] = [read(one), read(other)];
			const difference = whole(a) - whole(b);
			const expected = difference === 0n ? 0 : difference > 0n ? 1 : -1;
			return (
				sign(compareDecimals(a, b)) === expected &&
				whole(plus(a, negative(b))) === difference &&
				compareDecimals(plus(tenth(a), negative(tenth(a))), read("0")) === 0
			);
		}),
		{ numRuns: 2000 },
	);
});

t.test("huge exponents cost nothing", async (t) => {
	t.ok(compareDecimals(read("1e999999999"), read("9e-999999999")) > 0);
	t.ok(compareDecimals(read("-1e999999999"), read("5")) < 0);
	t.equal(compareDecimals(read("0e999999999"), read("0.000")), 0);
	t.equal(compareDecimals(read("1.50e3"), read("1500")), 0);
});

t.test("what is no number is none", async (t) => {
	for (const none of ["", "x", "1e", ".5", "5.", "--1", "Infinity", "1e9999999999"])
		t.equal(decimalOf(none), undefined, none);
});
