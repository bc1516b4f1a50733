import t from "tap";
import { noBrowser, overflow, screens, startBrowser, visit } from "../../../support/browser.ts";
import { consented } from "../../../support/devices.ts";
import { pageBrowser, signedInBrowser } from "../../../support/page-browser.ts";
import { testPassword } from "../../../support/people.ts";
import { runAtPolar, runAtStrava, serverOfTwoVendors } from "../../../support/same-workout.ts";

// A workout two devices told of, as its person sees it on /devices, and their word on whether it is one.

const { server, activities, exercises } = await serverOfTwoVendors(t);
const api = await server.as("patient@test.example");
const patient = await signedInBrowser(server.base, "patient");

activities.set(1, runAtStrava);
exercises.push(runAtPolar);
for (const name of ["strava", "polar"] as const) {
	const back = await consented((await api.get(`/api/${name}/connect`)).body.url);
	await server.stranger.get(`${back.pathname}${back.search}`);
	const { id } = (await api.get(`/api/devices?deviceType=${name}`)).body.data[0];
	await api.post(`/api/devices/${id}/sync?wait=true`);
}
const logs = async () => (await api.get("/api/exercise-logs?sort=id")).body.data;

/** What the button on the page sends. */
async function button(): Promise<Record<string, string>> {
	const [, form = ""] =
		/action="\/devices\/workouts">([\s\S]*?)<\/form>/.exec((await patient.get("/devices")).text) ?? [];
	return Object.fromEntries(
		[...form.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]),
	);
}

t.test("shown as one, set apart, and together again; each pair stands there once", async (t) => {
	const { text } = await patient.get("/devices");
	t.match(text, /Strava: 2026-03-19 10:00 – 10:30 UTC<br>Polar: 2026-03-19 10:00 – 10:29 UTC/);
	t.match(text, /taken to be one workout, shown as Strava told it/);
	const apart = await button();
	t.match(apart, { record: "A", same: "no" });
	t.equal((await logs()).length, 1);
	t.equal((await patient.post("/devices/workouts", apart)).location, "/devices");
	t.equal((await patient.post("/devices/workouts", apart)).status, 303, "pressed twice");
	t.equal((await logs()).length, 2);
	const after = (await patient.get("/devices")).text;
	t.match(after, /They are two workouts, as somebody said/);
	t.equal(after.match(/action="\/devices\/workouts"/g)?.length, 1);
	const together = await button();
	t.match(together, { same: "yes" });
	t.equal((await patient.post("/devices/workouts", together)).status, 303);
	t.equal((await logs()).length, 1);
	t.match(await button(), { same: "no" });
});

t.test("only one's own, from this page, and what is there", async (t) => {
	const form = await button();
	const other = await signedInBrowser(server.base, "other");
	t.notMatch((await other.get("/devices")).text, /devices\/workouts/);
	const theirs = await other.post("/devices/workouts", form);
	t.equal(theirs.status, 404);
	t.match(theirs.text, /role="alert"[\s\S]*Back to your devices/);
	const therapist = await signedInBrowser(server.base, "therapist");
	t.notMatch((await therapist.get("/devices")).text, /devices\/workouts/, "a therapist's page is their own");
	t.match((await pageBrowser(server.base).post("/devices/workouts", form)).location, /^\/sign-in/);
	t.equal((await patient.post("/devices/workouts", form, { origin: "https://evil.example" })).status, 403);
	t.equal((await patient.post("/devices/workouts", { ...form, record: "B" })).status, 404);
	for (const wrong of [
		{},
		{ ...form, workout: "x" },
		{ ...form, device: "2147483648" },
		{ ...form, same: "maybe" },
		{ ...form, record: "" },
	])
		t.equal(
			(await patient.post("/devices/workouts", wrong as Record<string, string>)).status,
			400,
			JSON.stringify(wrong),
		);
	t.equal((await logs()).length, 1);
});

t.test("in a browser, with the keyboard", { skip: noBrowser }, async (t) => {
	const browser = await startBrowser(t);
	const { page, faults, strayed } = await visit(browser, server.base, screens.phone);
	page.setDefaultTimeout(15_000);
	await page.goto(`${server.base}/devices`);
	await page.getByLabel("E-mail").fill("patient@test.example");
	await page.getByLabel("Password").fill(testPassword);
	await page.keyboard.press("Enter");
	await page.getByRole("button", { name: "2026-03-19: these are two workouts" }).focus();
	if (process.env.SCREENSHOTS !== undefined)
		await page.screenshot({ path: `${process.env.SCREENSHOTS}/workouts-phone.png`, fullPage: true });
	await page.keyboard.press("Enter");
	await page.getByText("They are two workouts").waitFor();
	t.equal((await logs()).length, 2);
	t.equal(await overflow(page), 0);
	await page.getByRole("button", { name: "2026-03-19: these are one workout" }).click();
	await page.getByText("They are taken to be one workout").waitFor();
	t.equal((await logs()).length, 1);
	t.same(faults, []);
	t.same(strayed, []);
});
