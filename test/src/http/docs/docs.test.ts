import t from "tap";
import { noBrowser, overflow, screens, startBrowser, visit } from "../../../support/browser.ts";
import { nativeDocument } from "../../../support/native-document.ts";
import { startTestServer } from "../../../support/server.ts";

const server = await startTestServer(t);

t.test("both documents are served as they are committed, and the page has a strict policy", async (t) => {
	const native = await server.stranger.get("/docs/json");
	t.same(native.body, nativeDocument());
	const fhir = await server.stranger.get("/docs/fhir.json");
	t.equal(fhir.body.info.title, "Heart Recovery FHIR R4");
	t.ok(fhir.body.paths["/Patient/{id}"].get);
	const page = await server.stranger.get("/docs");
	t.match(
		page.headers.get("content-security-policy"),
		/^default-src 'none'; script-src 'self'; style-src 'self' 'sha256-/,
	);
	t.notMatch(page.headers.get("content-security-policy"), /unsafe|https:|\*/);
	t.match(page.text, /<meta name="viewport"/);
	t.match((await server.stranger.get("/docs/static/swagger-ui.css")).headers.get("cache-control"), /max-age=3600/);
});

t.test("in a browser: sign in, and use it", { skip: noBrowser }, async (t) => {
	const browser = await startBrowser(t);
	const { page, faults, strayed } = await visit(browser, server.base);
	await page.goto(`${server.base}/docs`);
	const login = page.locator("#operations-auth-login");
	await page.locator("#operations-tag-auth .expand-operation").click();
	await login.locator("button.opblock-summary-control").click();
	await login.locator("textarea").fill(JSON.stringify({ email: "patient@test.example", password: "heart-test-2026" }));
	await login.locator("button.execute").click();
	await login.locator(".live-responses-table .response-col_status", { hasText: "200" }).waitFor();

	await page.locator("#operations-tag-vitals .expand-operation").click();
	const vitals = page.locator("#operations-vitals-listVitalsSamples");
	await vitals.locator("button.opblock-summary-control").click();
	await vitals.locator("button.execute").click();
	await vitals.locator(".live-responses-table .response-col_status", { hasText: "200" }).waitFor();
	t.match(
		await vitals.locator(".live-responses-table .response-col_description pre").first().textContent(),
		/nextCursor/,
	);

	await page.reload();
	t.equal(await page.locator("button.authorize.locked").count(), 0, "the token is forgotten with the page");
	t.same(faults, []);
	t.same(strayed, []);
});

t.test("in a browser: FHIR too, with a token given by hand", { skip: noBrowser }, async (t) => {
	const { token } = await server.as("therapist@test.example");
	const browser = await startBrowser(t);
	const { page, faults, strayed } = await visit(browser, server.base, screens.phone);
	await page.goto(`${server.base}/docs?urls.primaryName=FHIR%20R4`);
	await page.locator("#operations-tag-Patient").waitFor();
	await page.locator("button.authorize").click();
	await page.locator(".auth-container input").fill(token);
	await page.locator(".auth-btn-wrapper button.authorize").click();
	await page.locator(".auth-btn-wrapper button.btn-done").click();
	await page.locator("input.operation-filter-input").fill("Patient");
	await page.locator("#operations-tag-Patient .expand-operation").click();
	const read = page.locator("#operations-Patient-readPatient");
	await read.locator("button.opblock-summary-control").click();
	await read.locator("tr[data-param-name=id] input").fill(String(server.people.profiles.patient));
	await read.locator("button.execute").click();
	await read.locator(".live-responses-table .response-col_status", { hasText: "200" }).waitFor();
	t.match(await read.locator(".live-responses-table .response-col_description pre").first().textContent(), /Paula/);
	t.equal(await overflow(page), 0, "nothing is wider than the phone");
	t.same(faults, []);
	t.same(strayed, []);
});
