import type { Caller } from "../../access/caller.ts";
import { readBundle } from "../../fhir/bundle.ts";
import { Failure } from "../../fhir/failure.ts";
import type { ResourceVersion } from "../../store/resource-version.ts";
import { batch } from "./batch.ts";
import { bundleText } from "./bundle-response.ts";
import type { FhirRequest } from "./request.ts";
import type { FhirServices } from "./services.ts";
import { transaction } from "./transaction.ts";

/** How a Bundle is performed. */
export interface BundleOptions {
	readonly dryRun: boolean;
	/** Told of what nobody expected; the client only learns that its entry failed. */
	readonly onFault: (error: unknown) => void;
}

/** `POST [base]` (R4 http 3.1.0.11): performs a batch or a transaction and answers in the order of its entries. */
export async function bundle(
	services: FhirServices,
	caller: Caller,
	request: FhirRequest,
	options: BundleOptions,
): Promise<{ text: string; code: "batch" | "transaction"; touched: readonly ResourceVersion[] }> {
	if (request.resource === undefined)
		throw new Failure("invalid", "A Bundle is needed as the body", { code: "required" });
	const plan = readBundle(request.resource, { base: services.base });
	const done =
		plan.type === "batch"
			? await batch(services, caller, request, plan.entries, options)
			: await transaction(services, caller, request, plan.entries, options.dryRun);
	return {
		text: bundleText({ type: `${plan.type}-response`, entries: done.entries }),
		code: plan.type,
		touched: done.touched,
	};
}
