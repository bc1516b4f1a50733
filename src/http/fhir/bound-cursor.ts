import { hash } from "node:crypto";
import type { Caller } from "../../access/caller.ts";
import { Failure } from "../../fhir/failure.ts";
import type { ParameterList } from "./parameters.ts";

/**
 * Page links that an app gets are good for the tokens of its grant only. (What another token would see by them it would see anyway: each
 * page asks again what may be seen.)
 */
export function boundCursor({ app }: Caller, cursor: string | undefined): string | undefined {
	return app === undefined || cursor === undefined ? cursor : `${cursor}.${tagOf(app.grant, cursor)}`;
}

/**
 * The parameters with the cursor as the store knows it.
 *
 * @throws Failure forbidden - a page link of another grant
 */
export function withPlainCursor({ app }: Caller, parameters: ParameterList): ParameterList {
	if (app === undefined || !parameters.some(([name]) => name === "_cursor")) return parameters;
	return parameters.map(([name, value]) => {
		if (name !== "_cursor") return [name, value];
		const [cursor = "", tag] = value.split(".");
		if (tag === tagOf(app.grant, cursor)) return [name, cursor];
		throw new Failure("forbidden", "_cursor: this page link was made for another token");
	});
}

function tagOf(grant: string, cursor: string): string {
	return hash("sha256", `page link\n${grant}\n${cursor}`, "buffer").subarray(0, 12).toString("base64url");
}
