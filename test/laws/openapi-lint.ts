/**
 * `npm run check:openapi`: openapi/native.json and fhir.json by a linter nobody here wrote (Redocly, its strict recommended rules). What is
 * left out of the rules is said below, with the reason.
 */
import { createConfig, lint } from "@redocly/openapi-core";

const rules = {
	"no-invalid-media-type-examples": "error",
	"no-invalid-parameter-examples": "error",
	"no-invalid-schema-examples": "error",
	// Addresses people of the original app know: `/api/events/from-template/{id}` beside `/api/events/{id}/complete`. Fixed words win.
	"no-ambiguous-paths": "off",
	// Where a vendor sends the browser, it is sent on: 302. native-document.test.ts asks for a good answer of every route.
	"operation-2xx-response": "off",
} as const;

const config = await createConfig({ extends: ["recommended-strict"], rules });
let failed = false;
for (const file of ["native", "fhir"]) {
	const ref = new URL(`../../openapi/${file}.json`, import.meta.url).pathname;
	const problems = await lint({ ref, config });
	for (const { ruleId, message, location } of problems.slice(0, 20))
		console.error(`${file}.json ${location[0]?.pointer ?? ""}: ${ruleId}: ${message}`);
	if (problems.length > 20) console.error(`${file}.json: and ${problems.length - 20} more`);
	failed ||= problems.length > 0;
}
if (failed) process.exitCode = 1;
else console.log("the documents are valid");
