import t from "tap";
import { randomOf } from "../../../src/seed/random.ts";

t.test("the same name gives the same numbers, forks are independent of draws", async (t) => {
	const draw = (name: string): number[] => Array.from({ length: 5 }, randomOf(name).next);
	t.same(draw("a"), draw("a"));
	t.notSame(draw("a"), draw("b"));
	const source = randomOf("a");
	const before = source.fork("x").next();
	source.next();
	t.equal(source.fork("x").next(), before);
});

t.test("numbers are spread as they should be", async (t) => {
	const random = randomOf("spread");
	const drawn = Array.from({ length: 20_000 }, () => random.next());
	t.ok(drawn.every((value) => value >= 0 && value < 1));
	t.ok(Math.abs(drawn.reduce((sum, value) => sum + value, 0) / drawn.length - 0.5) < 0.01);
	const whole = new Set(Array.from({ length: 1000 }, () => random.int(1, 6)));
	t.same([...whole].sort(), [1, 2, 3, 4, 5, 6]);
	const noise = Array.from({ length: 20_000 }, () => random.noise(2));
	t.ok(noise.every((value) => Math.abs(value) <= 6));
	t.ok(Math.abs(noise.reduce((sum, value) => sum + value, 0) / noise.length) < 0.1);
	t.throws(() => random.pick([]), { name: "RangeError" });
});
