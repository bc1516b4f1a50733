import t from "tap";
import { clients } from "../../src/auth/clients.ts";
import { noBrowser, overflow, screens, startBrowser, visit } from "../support/browser.ts";
import { startTestServer } from "../support/server.ts";
import { addTestApps } from "../support/smart.ts";

// The sample app in a real browser: launched by itself and from the server, with a year of data.

const server = await startTestServer(t);
await addTestApps(server);
const { base, people } = server;
const password = "heart-test-2026";
await clients(server.database).add("demo-app", {
	name: "Demo app",
	authMethod: "none",
	redirectUris: [`${base}/apps/vitals/`],
	launchUrl: `${base}/apps/vitals/launch.html`,
	jwks: null,
	jwksUri: null,
	scopes: null,
});

t.test("every file of the app comes from here, under a strict policy", async (t) => {
	for (const file of ["", "launch.html", "app.js", "fhir-client.js", "uplot.js", "uplot.css"]) {
		const answer = await fetch(`${base}/apps/vitals/${file}`);
		t.equal(answer.status, 200, file);
		t.match(answer.headers.get("content-security-policy"), /default-src 'none'; script-src 'self'/);
		t.ok((await answer.text()).length > 100);
	}
});

t.test("a browser", { skip: noBrowser }, async (t) => {
	const { default: pg } = await import("pg");
	const owner = new pg.Client({ connectionString: server.ownerUrl });
	await owner.connect();
	await owner.query(
		`insert into vitals_samples (user_id, recorded_at, heart_rate, systolic_bp, diastolic_bp, weight, oxygen_saturation)
		select $1, now() - make_interval(hours => n * 5), 60 + n % 20, 110 + n % 30, 70 + n % 12, 180 + n % 5, 94 + n % 6
		from generate_series(1, 1700) n`,
		[people.patient],
	);
	await owner.end();
	const browser = await startBrowser(t);

	t.test("standalone, on a phone: connects, shows banner, latest values and charts of a year", async (t) => {
		const { page, faults, strayed } = await visit(browser, base, screens.phone);
		await page.goto(`${base}/apps/vitals/`);
		await page.getByRole("button", { name: "Connect to the record" }).click();
		await page.getByLabel("E-mail address").fill("patient@test.example");
		await page.getByLabel("Password").fill(password);
		await page.getByRole("button", { name: "Sign in" }).click();
		await page.getByRole("button", { name: "Allow", exact: true }).click();
		await page.getByRole("heading", { name: "Latest values" }).waitFor();
		await page.getByRole("img", { name: /Oxygen saturation over the last year/ }).waitFor();
		t.match(await page.textContent("#patient"), /Paula Patient, born 1960-05-17/);
		const label = (await page.getByRole("img", { name: /Heart rate over/ }).getAttribute("aria-label")) ?? "";
		t.match(label, /1700 values, lowest 60, highest 79, latest 61/);
		t.match(await page.textContent("#values"), /111 \/ 71 mmHg/);
		t.equal(await page.locator("canvas").count(), 4);
		t.equal(await overflow(page), 0);
		t.same(faults, []);
		t.same(strayed, []);
		await page.reload();
		await page.getByRole("heading", { name: "Latest values" }).waitFor();
	});

	t.test("denied: it says so and offers again", async (t) => {
		const { page } = await visit(browser, base);
		await page.goto(`${base}/apps/vitals/`);
		await page.getByRole("button", { name: "Connect to the record" }).click();
		await page.getByLabel("E-mail address").fill("patient@test.example");
		await page.getByLabel("Password").fill(password);
		await page.getByRole("button", { name: "Sign in" }).click();
		await page.getByRole("button", { name: "Do not allow" }).click();
		await page.getByText("Access was not given").waitFor();
		t.ok(await page.getByRole("button", { name: "Connect to the record" }).isVisible());
	});

	t.test("opened by a therapist on /apps for a patient", async (t) => {
		const { page, faults } = await visit(browser, base);
		await page.goto(`${base}/sign-in`);
		await page.getByLabel("E-mail address").fill("therapist@test.example");
		await page.getByLabel("Password").fill(password);
		await page.getByRole("button", { name: "Sign in" }).click();
		const form = page.locator("form", { hasText: "Demo app" });
		await form.getByRole("combobox").selectOption(String(people.profiles.patient2));
		await form.getByRole("button", { name: "Open" }).click();
		await page.getByRole("heading", { name: "Allow access?" }).waitFor();
		await page.getByRole("button", { name: "Allow", exact: true }).click();
		await page.getByRole("heading", { name: "Latest values" }).waitFor();
		t.match(await page.textContent("#patient"), /Peter Second/);
		t.match(await page.textContent("#values"), /no values in the last year/);
		t.same(faults, []);
		await page.goto(`${base}/apps/vitals/launch.html?iss=https://evil.example/fhir&launch=x`);
		t.match(await page.textContent("#status"), /not one of its/);
	});
});
