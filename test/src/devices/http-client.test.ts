import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import t from "tap";
import { CallFailure, httpClient } from "../../../src/devices/http-client.ts";
import { isInside } from "../../../src/devices/inside.ts";

const outside = httpClient({ privateNetworks: ["loopback"] });
const strict = httpClient({ privateNetworks: [] });

async function listening(t: { teardown(undo: () => unknown): unknown }, handle: RequestListener): Promise<URL> {
	const server = createServer(handle);
	await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
	t.teardown(() => {
		server.closeAllConnections();
		server.close();
	});
	return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

const trouble = async (work: Promise<unknown>) => {
	try {
		await work;
		return "none";
	} catch (error) {
		return error instanceof CallFailure ? error.trouble : String(error);
	}
};

t.test("what is inside", async (t) => {
	for (const address of [
		"127.0.0.1",
		"10.1.2.3",
		"172.16.0.1",
		"192.168.1.1",
		"169.254.169.254",
		"0.0.0.0",
		"100.64.0.1",
		"::1",
		"fe80::1",
		"fc00::1",
		"::ffff:10.0.0.1",
		"::ffff:7f00:1",
		"64:ff9b::7f00:1",
		"2002:7f00:1::",
		"224.0.0.1",
		"255.255.255.255",
		"198.18.0.1",
		"::",
		"nonsense",
	]) {
		t.equal(isInside(address), true, address);
	}
	t.equal(isInside("10.1.2.3", ["10.0.0.0/8"]), false);
	t.equal(isInside("10.1.2.3", ["loopback", "192.168.0.0/16"]), true);
	t.equal(isInside("::ffff:127.0.0.1", ["loopback"]), false);
	t.equal(isInside("fd00::1", ["uniquelocal"]), false);
	for (const address of ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
		t.equal(isInside(address), false, address);
});

t.test("addresses inside are refused where a person gave them, also by name and in other spellings", async (t) => {
	const url = await listening(t, (_request, response) => response.end("secret"));
	const { port } = url;
	for (const host of ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "0177.0.0.1", "[::ffff:127.0.0.1]"]) {
		t.equal(
			await trouble(strict({ method: "GET", url: new URL(`http://${host}:${port}/`), guarded: true })),
			"inside",
			host,
		);
	}
	t.equal((await strict({ method: "GET", url })).status, 200, "an address of the configuration is trusted");
	t.equal((await outside({ method: "GET", url, guarded: true })).status, 200, "and a setting allows the inside");
});

t.test(
	"redirects: not followed unless allowed, never to the inside, without the authorization to others",
	async (t) => {
		const seen: (string | undefined)[] = [];
		const target = await listening(t, (request, response) => {
			seen.push(request.headers.authorization);
			response.end("{}");
		});
		const url = await listening(t, (_request, response) => response.writeHead(302, { location: target.href }).end());
		const headers = { authorization: "Bearer x" };
		t.equal(await trouble(strict({ method: "GET", url, headers })), "redirects");
		t.equal(await trouble(outside({ method: "GET", url, headers, redirects: 1 })), "inside", "another host inside");
		t.same(seen, []);
		const home = await listening(t, (request, response) => {
			seen.push(request.headers.authorization);
			if (request.url === "/") response.writeHead(302, { location: "/there" });
			response.end("{}");
		});
		t.equal((await outside({ method: "GET", url: home, headers, redirects: 1, guarded: true })).status, 200);
		t.same(seen, ["Bearer x", "Bearer x"]);
		const loop = await listening(t, (_request, response) => response.writeHead(302, { location: "/" }).end());
		t.equal(await trouble(outside({ method: "GET", url: loop, redirects: 3 })), "redirects");
		const file = await listening(t, (_request, response) =>
			response.writeHead(302, { location: "file:///etc/passwd" }).end(),
		);
		t.equal(await trouble(outside({ method: "GET", url: file, redirects: 3 })), "address");
	},
);

t.test("what hangs, is cut, or is too large", async (t) => {
	const hangs = await listening(t, () => undefined);
	t.equal(await trouble(outside({ method: "GET", url: hangs, timeoutMilliseconds: 50 })), "timeout");
	const drips = await listening(t, (_request, response) => void response.writeHead(200).write("["));
	t.equal(await trouble(outside({ method: "GET", url: drips, timeoutMilliseconds: 50 })), "timeout");
	const cuts = await listening(t, (request, response) => {
		response.writeHead(200, { "content-length": "100" }).write("[");
		setTimeout(() => request.socket.destroy(), 5);
	});
	t.equal(await trouble(outside({ method: "GET", url: cuts })), "cut");
	const floods = await listening(t, (_request, response) => response.end(Buffer.alloc(100_000)));
	t.equal(await trouble(outside({ method: "GET", url: floods, mostBytes: 50_000 })), "too-large");
	t.equal(await trouble(outside({ method: "GET", url: new URL("http://127.0.0.1:1/") })), "cut");
	t.equal(await trouble(outside({ method: "GET", url: new URL("ftp://example.org/") })), "address");
});

t.test("an answer has ended when whoever takes its parts has taken the last one, however slow that is", async (t) => {
	for (const parts of [["all at once"], ["one", "two", "three"]]) {
		const url = await listening(t, async (_request, response) => {
			for (const part of parts) {
				response.write(part);
				if (parts.length > 1) await new Promise((done) => setTimeout(done, 5));
			}
			response.end();
		});
		const taken: string[] = [];
		const answer = await outside({
			method: "GET",
			url,
			async into(part) {
				await new Promise((done) => setTimeout(done, 50));
				taken.push(String(part));
			},
		});
		t.equal(answer.status, 200);
		t.equal(taken.join("|"), parts.join("|"));
	}
});

t.test("trouble of whoever takes the parts is theirs, and not the other side's", async (t) => {
	const url = await listening(t, (_request, response) => response.end("something"));
	const full = async () => {
		throw new Error("the disk is full");
	};
	t.equal(await trouble(outside({ method: "GET", url, into: full })), "Error: the disk is full");
	const url2 = await listening(t, (_request, response) => {
		response.writeHead(200, { "content-length": "100" });
		response.write("half");
		setTimeout(() => response.destroy(), 20);
	});
	t.equal(await trouble(outside({ method: "GET", url: url2, into: async () => undefined })), "cut");
});
