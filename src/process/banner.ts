import type { Config } from "../config.ts";
import { demoPassword } from "../seed/demo.ts";

/** What the console shows when the server is ready: addresses, and who can sign in where there are demo people. */
export function banner(config: Config): string {
	const base = config.baseUrl;
	const lines = [
		"",
		`Heart Recovery FHIR server is ready on ${base}`,
		`  FHIR R4      ${base}/fhir   (${base}/fhir/metadata)`,
		`  native REST  ${base}/api`,
	];
	if (config.demo) {
		lines.push(
			`  demo people  therapist@demo.example, therapist2@demo.example, patient@demo.example, admin@demo.example`,
			`               password ${demoPassword}`,
		);
	}
	return `${lines.join("\n")}\n\n`;
}
