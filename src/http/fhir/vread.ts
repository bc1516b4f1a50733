import { readVersion } from "../../store/resources.ts";
import type { ReadingInteraction } from "./interaction.ts";
import { shown } from "./read.ts";

/** `GET [base]/Type/id/_history/v` (R4 http 3.1.0.3): that version, superseded or not; 410 where it is the deletion. */
export const vread: ReadingInteraction = {
	kind: "reading",
	code: "vread",
	level: "instance",
	method: "GET",
	path: "/:type/:id/_history/:versionId",
	run: async (tx, request) => {
		const { type, id, versionId } = request.target;
		return shown(await readVersion(tx, type, id, versionId), request);
	},
};
