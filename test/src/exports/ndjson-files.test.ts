import { setTimeout as sleep } from "node:timers/promises";
import { constants, gunzipSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import t from "tap";
import { gzipHeader, gzipTrailer } from "../../../src/exports/gzip-frame.ts";
import { type Line, type NamedPiece, ndjsonFiles } from "../../../src/exports/ndjson-files.ts";

const line = (text: string, owner = 1): Line => ({
	text: JSON.stringify({ text }),
	names: [`Basic/${text.length}`],
	people: [owner],
});

/** Files by number, as their pieces say in the end. */
function filesOf(pieces: readonly NamedPiece[]) {
	return [...Map.groupBy(pieces, ({ file }) => file.number).values()].map((ofFile) => ({
		...(ofFile.at(-1) as NamedPiece).file,
		numbers: ofFile.map(({ number }) => number),
		bodies: ofFile.map(({ body }) => body),
		text: ofFile.map(({ body }) => inflateRawSync(body, { finishFlush: constants.Z_SYNC_FLUSH }).toString()).join(""),
	}));
}

t.test("whatever is written comes out, in order, by inflating pieces and as one gzip member", async (t) => {
	const types = fc.array(
		fc.tuple(fc.constantFrom("A", "B"), fc.array(fc.string({ unit: "grapheme", maxLength: 60 }), { maxLength: 12 })),
		{ maxLength: 5 },
	);
	await fc.assert(
		fc.asyncProperty(
			types,
			fc.integer({ min: 1, max: 200 }),
			fc.integer({ min: 1, max: 600 }),
			async (written, piece, file) => {
				const pieces: NamedPiece[] = [];
				const files = ndjsonFiles(async (one) => void pieces.push(one), { piece, file });
				for (const [type, texts] of written) for (const text of texts) await files.add("output", type, line(text));
				await files.end();
				const done = filesOf(pieces);
				const all = written.flatMap(([type, texts]) => texts.map((text) => `${type} ${line(text).text}`));
				t.same(
					done.flatMap(({ type, text }) =>
						text
							.split("\n")
							.slice(0, -1)
							.map((one) => `${type} ${one}`),
					),
					all,
				);
				t.equal(
					done.reduce((sum, { resources }) => sum + resources, 0),
					all.length,
				);
				for (const { bodies, text, bytes, stored_bytes, crc, numbers } of done) {
					t.equal(bytes, Buffer.byteLength(text));
					t.equal(stored_bytes, Buffer.concat(bodies).length);
					t.same(numbers, [...numbers.keys()]);
					const gzip = Buffer.concat([gzipHeader, ...bodies, gzipTrailer({ crc, bytes })]);
					t.equal(gunzipSync(gzip).toString(), text, "checksum and length are right");
					t.equal(gzip.length, gzipHeader.length + stored_bytes + 10);
				}
			},
		),
		{ numRuns: 60 },
	);
});

t.test("a file ends when it is full, at a change of type and of kind", async (t) => {
	const pieces: NamedPiece[] = [];
	const files = ndjsonFiles(async (one) => void pieces.push(one), { piece: 10, file: 100 });
	for (let at = 0; at < 10; at++) await files.add("output", "A", line("x".repeat(20), at));
	await files.add("deleted", "Bundle", line("y"));
	await files.add("error", "OperationOutcome", { text: "{}", names: [], people: [] });
	await files.end();
	const done = filesOf(pieces);
	t.same(
		done.map(({ kind, type }) => `${kind} ${type}`),
		[...Array(3).fill("output A"), "deleted Bundle", "error OperationOutcome"],
	);
	t.ok(done.every(({ bytes }) => bytes <= 140));
	t.same(pieces.flatMap(({ people }) => people).slice(0, 10), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
	t.same(pieces.at(-1)?.names, []);
});

t.test("one piece is under way at a time; what fails is heard of", async (t) => {
	let underway = 0;
	let most = 0;
	const files = ndjsonFiles(
		async () => {
			most = Math.max(most, ++underway);
			await sleep(1);
			underway--;
		},
		{ piece: 1, file: 1000 },
	);
	for (let at = 0; at < 20; at++) await files.add("output", "A", line("x"));
	await files.end();
	t.equal(most, 1);
	t.equal(underway, 0);
	const failing = ndjsonFiles(() => Promise.reject(new Error("full")), { piece: 1, file: 1000 });
	await failing.add("output", "A", line("x"));
	await t.rejects(async () => {
		await failing.add("output", "A", line("x"));
		await failing.end();
	}, /full/);
});
