import fc from "fast-check";
import t from "tap";
import { html } from "../../../../src/http/pages/html.ts";
import { pageHeaders, pageText } from "../../../../src/http/pages/page.ts";

t.test("whatever stands in a template can neither open a tag nor leave its attribute", async () => {
	fc.assert(
		fc.property(fc.string(), (text) => {
			const { text: made } = html`<p title="${text}">${text}</p>`;
			const inside = /^<p title="([^"<>]*)">([^<>]*)<\/p>$/.exec(made);
			return inside !== null && inside[1] === inside[2];
		}),
	);
});

t.test("pieces, lists and nothing", async (t) => {
	const item = (name: string) => html`<li>${name}</li>`;
	t.equal(
		html`<ul>${["a", "<b>"].map(item)}</ul>${null}${false}${undefined}${0}`.text,
		"<ul><li>a</li><li>&lt;b&gt;</li></ul>0",
	);
});

t.test("a page says its language, its title escaped, and has no script", async (t) => {
	const text = pageText({ title: "<x>", body: html`<p>Hello</p>` });
	t.match(text, /<html lang="en">/);
	t.match(text, /<title>&lt;x&gt; – Heart Recovery<\/title>/);
	t.notMatch(text, /<script/);
});

t.test("form targets that could end the policy are left out", async (t) => {
	const policy = pageHeaders(["https://app.example:8443", "com.example.app:", "https://x; script-src *", "'none'"])[
		"content-security-policy"
	];
	t.match(policy, /form-action 'self' https:\/\/app\.example:8443 com\.example\.app:; base-uri/);
	t.notMatch(policy, /script-src/);
});
