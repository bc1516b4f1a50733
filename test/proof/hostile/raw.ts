import { connect } from "node:net";
import fc from "fast-check";

/** Bytes as they go to the server's port, HTTP or not. */
export interface RawBytes {
	readonly bytes: Buffer;
	/** Whether the client stays on the line, waiting, in place of closing its side. */
	readonly stays: boolean;
}

/** Requests with bytes changed, cut off, announced wrongly, or sent one behind the other with rubbish between them. */
export function rawBytes(token: string): fc.Arbitrary<RawBytes> {
	const head = (line: string, ...headers: string[]) =>
		[line, "host: localhost", `authorization: Bearer ${token}`, ...headers, "", ""].join("\r\n");
	const json = "content-type: application/fhir+json";
	const whole = fc.constantFrom(
		head("GET /fhir/Patient HTTP/1.1"),
		head("GET /api/vitals HTTP/1.1", "connection: keep-alive") + head("GET /fhir/metadata HTTP/1.1"),
		`${head("POST /fhir/Patient HTTP/1.1", json, "content-length: 2")}{}`,
		`${head("POST /fhir/Patient HTTP/1.1", json, "content-length: 500")}{"resourceType":"Patient"`,
		`${head("POST /fhir HTTP/1.1", json, "content-length: 1")}{"resourceType":"Bundle","type":"batch"}`,
		`${head("POST /fhir/Patient HTTP/1.1", json, "transfer-encoding: chunked")}5\r\n{"a":\r\nzz\r\n1}\r\n0\r\n\r\n`,
		`${head("POST /fhir/Patient HTTP/1.1", json, "transfer-encoding: chunked", "content-length: 3")}0\r\n\r\n`,
		`${head("POST /api/vitals HTTP/1.1", "content-type: application/json", "expect: 100-continue", "content-length: 9")}`,
		head("GET http://elsewhere.example/fhir/Patient HTTP/1.1"),
		head("GET /fhir/Patient HTTP/0.9"),
		head("CONNECT localhost:1 HTTP/1.1"),
		head("GET /fhir/Patient HTTP/1.1", "upgrade: websocket", "connection: upgrade"),
		head("GET /fhir/Patient HTTP/1.1", `x: ${"y".repeat(40_000)}`),
		head("GET /fhir/Patient HTTP/1.1", ...Array.from({ length: 3000 }, (_, at) => `x${at}: y`)),
		head(`GET /fhir/Patient?${"a=b&".repeat(20_000)} HTTP/1.1`),
		head("GET /fhir/\u0000\u00ff HTTP/1.1"),
		"\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003",
		"\r\n\r\n\r\n",
	);
	const change = fc.record({ at: fc.nat(), byte: fc.nat(255), how: fc.constantFrom("set", "insert", "cut") });
	return fc.record({
		bytes: fc.tuple(whole, fc.array(change, { maxLength: 3 })).map(([text, changes]) => {
			let bytes = Buffer.from(text, "latin1");
			for (const { at, byte, how } of changes) {
				const place = at % Math.max(1, bytes.length);
				if (how === "set") bytes[place] = byte;
				else if (how === "cut") bytes = bytes.subarray(0, place);
				else bytes = Buffer.concat([bytes.subarray(0, place), Buffer.from([byte]), bytes.subarray(place)]);
			}
			return bytes;
		}),
		stays: fc.boolean(),
	});
}

/** Sends bytes and gives what came back until the server closed, or a moment after the first of it. */
export async function sendRaw(base: string, { bytes, stays }: RawBytes): Promise<string> {
	const { hostname, port } = new URL(base);
	const socket = connect(Number(port), hostname);
	let answer = "";
	socket.on("error", () => undefined);
	socket.on("data", (chunk: Buffer) => {
		answer += chunk.toString("latin1");
	});
	const closed = new Promise((resolve) => socket.on("close", resolve));
	socket.write(bytes);
	if (!stays) socket.end();
	await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 60))]);
	socket.destroy();
	return answer;
}
