import type { Caller } from "../../access/caller.ts";
import type { AccessLog } from "../../audit/access-log.ts";
import type { ResourceVersion } from "../../store/resource-version.ts";

/** What the access log says of a resource that was shown or changed. */
export type Touched = Pick<ResourceVersion, "type" | "id" | "owner">;

/** Notes what an interaction showed or changed; resolves once that is committed, which must be before the answer is sent. */
export async function recordAccess(
	accessLog: AccessLog,
	caller: Caller,
	action: string,
	target: string,
	touched: readonly Touched[],
): Promise<void> {
	const patients = new Set(touched.flatMap(({ owner }) => (owner === null ? [] : [owner])));
	await accessLog.record({
		caller,
		action,
		target,
		returned: touched.map(({ type, id }) => `${type}/${id}`),
		patients: [...patients],
		outcome: "success",
	});
}
