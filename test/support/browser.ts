import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

const places = [
	...(process.env.PATH ?? "").split(delimiter).flatMap((folder) => names.map((name) => join(folder, name))),
	...names.map((name) => join("/usr/bin", name)),
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
	"/Applications/Chromium.app/Contents/MacOS/Chromium",
];

const executablePath = places.find((place) => existsSync(place));

/** For the `skip` of tests that need a browser: the reason where there is none, else false. */
export const noBrowser: string | false =
	executablePath === undefined ? "no Chromium or Chrome on the PATH, in /usr/bin or /Applications" : false;

/** Screens pages are looked at on. */
export const screens = {
	phone: { viewport: { width: 375, height: 667 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
	desktop: { viewport: { width: 1280, height: 800 } },
} as const satisfies Record<string, BrowserContextOptions>;

/** A page in a browser profile of its own, and what a test should find empty at its end. */
export interface Visit {
	readonly page: Page;
	/** Errors of the console (violations of the content security policy are among them) and of scripts. */
	readonly faults: string[];
	/** Addresses on other servers that something on the page wanted. */
	readonly strayed: string[];
}

interface Ending {
	teardown(undo: () => unknown): unknown;
}

/** Starts a browser that ends with the test. Only where {@link noBrowser} is false. */
export async function startBrowser(t: Ending): Promise<Browser> {
	if (executablePath === undefined) throw new Error("ask noBrowser first");
	// Chromium's sandbox needs rights that containers and root do not have; all pages are our own.
	const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
	t.teardown(() => browser.close());
	return browser;
}

/**
 * Opens a page with an empty profile. `base`: the server it belongs to; requests to any other address do not leave and are noted.
 *
 * @param options e.g. `screens.phone`, `{ colorScheme: "dark" }`, `{ javaScriptEnabled: false }`
 */
export async function visit(browser: Browser, base: string, options: BrowserContextOptions = {}): Promise<Visit> {
	const context = await browser.newContext({ ...screens.desktop, ...options });
	const page = await context.newPage();
	const faults: string[] = [];
	const strayed: string[] = [];
	page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
	page.on("pageerror", (error) => faults.push(String(error)));
	const { host } = new URL(base);
	await context.route(
		(url) => url.host !== host && /^https?:$/.test(url.protocol),
		async (route) => {
			strayed.push(route.request().url());
			await route.abort();
		},
	);
	return { page, faults, strayed };
}

/** By how many pixels a page is wider than its screen. */
export async function overflow(page: Page): Promise<number> {
	const wider = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
	return Math.max(0, Number(wider));
}
