import type { Page } from "playwright-core";
import t from "tap";
import { noBrowser, overflow, screens, startBrowser, visit } from "../support/browser.ts";
import { startTestServer } from "../support/server.ts";
import { addTestApps, authorizeUrl, callback, redeem } from "../support/smart.ts";

// The pages in a real browser, as people use them: by touch, by keyboard, without JavaScript.

const server = await startTestServer(t);
await addTestApps(server);
const { base, people } = server;
const password = "heart-test-2026";

/** Does something that leads to the app, and gives the address it was sent to. */
async function sentTo(page: Page, action: () => Promise<unknown>): Promise<URL> {
	const request = page.waitForRequest((one) => one.url().startsWith(callback.replace("/callback", "")));
	await action();
	const url = new URL((await request).url());
	// Nobody answers there; only when the browser has shown that, it can be sent elsewhere.
	await page.waitForURL(({ protocol }) => protocol === "chrome-error:", { waitUntil: "commit" });
	return url;
}

t.test("a browser", { skip: noBrowser }, async (t) => {
	const browser = await startBrowser(t);

	t.test(
		"a patient on a phone, without JavaScript: signs in, unticks something, allows, revokes, signs out",
		async (t) => {
			const { page, faults } = await visit(browser, base, { ...screens.phone, javaScriptEnabled: false });
			const scope =
				"openid fhirUser launch/patient offline_access patient/Patient.rs patient/Observation.rs patient/Condition.rs";
			const { url, verifier } = authorizeUrl(server, { scope });
			await page.goto(url);
			await page.getByLabel("E-mail address").fill("patient@test.example");
			await page.getByLabel("Password").fill("wrong");
			await page.getByRole("button", { name: "Sign in" }).click();
			t.match(await page.getByRole("alert").textContent(), /wrong/);
			t.equal(await page.getByLabel("E-mail address").inputValue(), "patient@test.example");
			await page.getByLabel("Password").fill(password);
			await page.getByRole("button", { name: "Sign in" }).click();
			t.match(await page.getByRole("heading", { level: 1 }).textContent(), /Allow access/);
			t.equal(await page.locator("input[type=checkbox][name=scope]:checked").count(), scope.split(" ").length);
			await page.locator('input[value="patient/Condition.rs"]').uncheck();
			const sent = await sentTo(page, () => page.getByRole("button", { name: "Allow", exact: true }).click());
			const { body } = await redeem(server, "public-app", sent.searchParams.get("code"), verifier);
			t.equal(body.scope, scope.replace(" patient/Condition.rs", ""));
			await page.goto(`${base}/apps`);
			t.match(await page.textContent("main"), /Public app/);
			t.equal(await overflow(page), 0, "nothing is wider than the phone");
			await page.getByRole("button", { name: /Revoke/ }).click();
			t.match(await page.textContent("main"), /given no app access/);
			await page.getByRole("button", { name: "Sign out" }).click();
			t.match(await page.textContent("h1"), /Signed out/);
			await page.goto(`${base}/apps`);
			t.match(page.url(), /\/sign-in/);
			t.same(
				faults.filter((one) => !/401|ERR_FAILED/.test(one)),
				[],
			);
		},
	);

	t.test("a therapist by keyboard: chooses the patient, denies; opens an app for a patient", async (t) => {
		const { page, faults } = await visit(browser, base);
		const { url, state } = authorizeUrl(server, { scope: "launch/patient patient/Patient.rs" });
		await page.goto(url);
		await page.getByLabel("E-mail address").focus();
		await page.keyboard.type("therapist@test.example");
		await page.keyboard.press("Tab");
		await page.keyboard.type(password);
		await page.keyboard.press("Enter");
		await page.getByRole("heading", { name: "Choose the patient" }).waitFor();
		await page.getByLabel(/Peter Second/).focus();
		await page.keyboard.press("Space");
		await page.keyboard.press("Enter");
		await page.getByRole("heading", { name: "Allow access?" }).waitFor();
		t.match(await page.textContent("main"), /Peter Second/);
		const refused = await sentTo(page, () => page.getByRole("button", { name: "Do not allow" }).press("Enter"));
		t.equal(refused.searchParams.get("error"), "access_denied");
		t.equal(refused.searchParams.get("state"), state);
		await page.goto(`${base}/apps`);
		await page
			.locator("form", { hasText: "Public app" })
			.getByRole("combobox")
			.selectOption(String(people.profiles.patient2));
		const launched = await sentTo(page, () =>
			page.locator("form", { hasText: "Public app" }).getByRole("button", { name: "Open" }).click(),
		);
		t.equal(launched.searchParams.get("iss"), `${base}/fhir`);
		const launch = launched.searchParams.get("launch") ?? "";
		const asked = authorizeUrl(server, { scope: "launch patient/Patient.rs", launch });
		await page.goto(asked.url);
		t.match(await page.textContent("main"), /Peter Second/);
		const sent = await sentTo(page, () => page.getByRole("button", { name: "Allow", exact: true }).click());
		const { body } = await redeem(server, "public-app", sent.searchParams.get("code"), asked.verifier);
		t.equal(body.patient, String(people.profiles.patient2));
		t.same(
			faults.filter((one) => !/ERR_FAILED/.test(one)),
			[],
		);
	});

	t.test("two launches in two tabs of one browser, decided in the other order", async (t) => {
		const therapist = await server.as("therapist@test.example");
		const { page } = await visit(browser, base);
		const tabs = [];
		for (const patient of [people.profiles.patient, people.profiles.patient2]) {
			const made = await therapist.post("/api/launch", { clientId: "public-app", patient });
			tabs.push({ patient, ...authorizeUrl(server, { scope: "launch patient/Patient.rs", launch: made.body.launch }) });
		}
		await page.goto(`${base}/sign-in`);
		await page.getByLabel("E-mail address").fill("therapist@test.example");
		await page.getByLabel("Password").fill(password);
		await page.getByRole("button", { name: "Sign in" }).click();
		const open = [];
		for (const tab of tabs) {
			const another = await page.context().newPage();
			await another.goto(tab.url);
			open.push({ ...tab, another });
		}
		for (const { another, verifier, patient } of open.reverse()) {
			const sent = await sentTo(another, () => another.getByRole("button", { name: "Allow", exact: true }).click());
			const { body } = await redeem(server, "public-app", sent.searchParams.get("code"), verifier);
			t.equal(body.patient, String(patient));
		}
	});

	t.test("another site cannot frame the pages nor send their forms", async (t) => {
		const { page } = await visit(browser, base);
		await page.goto(`${base}/sign-in`);
		await page.getByLabel("E-mail address").fill("patient@test.example");
		await page.getByLabel("Password").fill(password);
		await page.getByRole("button", { name: "Sign in" }).click();
		// localhost is another site than 127.0.0.1.
		const evil = base.replace("127.0.0.1", "evil.localhost");
		await page.context().unrouteAll();
		await page.context().route(`${evil}/**`, (route) =>
			route.fulfill({
				contentType: "text/html",
				body: `<iframe src="${base}/apps"></iframe><form method="post" action="${base}/logout"><button>Go</button></form>`,
			}),
		);
		await page.goto(`${evil}/`);
		const frame = page.frames().find((one) => one !== page.mainFrame());
		t.notMatch((await frame?.content().catch(() => "")) ?? "", /Your apps/);
		await page.getByRole("button", { name: "Go" }).click();
		await page.goto(`${base}/apps`);
		t.match(page.url(), /\/apps$/, "still signed in");
	});
});
