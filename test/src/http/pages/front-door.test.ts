import { readFileSync } from "node:fs";
import t from "tap";
import { style } from "../../../../src/http/pages/style.ts";
import { software } from "../../../../src/software.ts";
import { noBrowser, overflow, screens, startBrowser, visit } from "../../../support/browser.ts";
import { startTestServer } from "../../../support/server.ts";

const server = await startTestServer(t);

t.test("what it says, without a word of anybody", async (t) => {
	const { status, headers, text } = await server.stranger.get("/");
	t.equal(status, 200);
	t.match(headers.get("content-security-policy"), /^default-src 'none'; style-src 'sha256-/);
	t.notMatch(text, /<script|https?:\/\/(?!127)|test\.example|Paula/);
	t.match(text, /PostgreSQL, external/);
	t.match(text, /patient@demo\.example/);
	const { version } = JSON.parse(readFileSync(new URL("../../../../package.json", import.meta.url), "utf8"));
	t.equal(software.version, version, "src/software.ts is in step with package.json");
	t.match(text, new RegExp(`<dd>${version}</dd>`));
});

t.test("every link leads somewhere", async (t) => {
	const { text } = await server.stranger.get("/");
	const links = [...text.matchAll(/href="([^"]+)"/g)].map(([, url]) => url as string);
	t.ok(links.includes("/docs") && links.includes("/fhir/metadata"), String(links));
	for (const url of links) t.match((await server.stranger.get(url)).status, /^(200|30[23])$/, url);
});

t.test("colours: a contrast of 4.5 and more, by day and by night", async (t) => {
	const schemes = [...style.matchAll(/:root\{([^}]*)\}/g)].map(([, inside]) =>
		Object.fromEntries(
			[...(inside as string).matchAll(/--([\w-]+):(#\w+)/g)].map(([, name, colour]) => [name, colour]),
		),
	);
	t.equal(schemes.length, 2);
	for (const [at, colours] of schemes.entries()) {
		for (const [text, ground] of [
			"ink paper",
			"soft paper",
			"soft ground",
			"main paper",
			"on-main main",
			"bad paper",
			"good paper",
		].map((pair) => pair.split(" ")))
			t.ok(
				contrast(colours[text ?? ""] ?? "", colours[ground ?? ""] ?? "") >= 4.5,
				`${["light", "dark"][at]}: ${text} on ${ground}`,
			);
	}
});

t.test(
	"in a browser: on a phone and a desk, by day and by night, with the keyboard",
	{ skip: noBrowser },
	async (t) => {
		const browser = await startBrowser(t);
		for (const screen of ["phone", "desktop"] as const) {
			for (const colorScheme of ["light", "dark"] as const) {
				const { page, faults, strayed } = await visit(browser, server.base, { ...screens[screen], colorScheme });
				await page.goto(server.base);
				const folder = process.env.SCREENSHOTS;
				if (folder !== undefined)
					await page.screenshot({ path: `${folder}/front-${screen}-${colorScheme}.png`, fullPage: true });
				t.equal(await page.getByRole("main").count(), 1);
				t.equal(await page.getByRole("banner").count(), 1);
				t.equal(await page.getByRole("navigation", { name: "Where to go" }).count(), 1);
				t.equal(await page.getByRole("heading", { level: 1 }).count(), 1);
				t.equal(await overflow(page), 0, `${screen}: nothing is wider than the screen`);
				await page.keyboard.press("Tab");
				t.equal(await page.locator("a:focus-visible").count(), 1, "the first link has the focus, and shows it");
				t.same(faults, []);
				t.same(strayed, []);
				await page.context().close();
			}
		}
	},
);

/** WCAG 2.2: contrast of two colours as #rgb or #rrggbb. */
function contrast(one: string, other: string): number {
	const [darker, lighter] = [one, other].map(luminance).sort((a, b) => a - b) as [number, number];
	return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: string): number {
	const full = colour.length === 4 ? colour.replace(/[0-9a-f]/gi, "$&$&") : colour;
	const [red, green, blue] = [1, 3, 5].map((at) => {
		const part = Number.parseInt(full.slice(at, at + 2), 16) / 255;
		return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
	}) as [number, number, number];
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
