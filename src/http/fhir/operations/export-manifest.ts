import type { ExportFile } from "../../../store/exports/export-files.ts";
import type { ExportState } from "../../../store/exports/exports.ts";

/** A file in the manifest. */
interface ManifestFile {
	readonly type: string;
	readonly url: string;
	/** Resources in it. */
	readonly count: number;
}

/** What a finished export came to (Bulk Data Access 2, “Response - Complete Status”). */
export interface Manifest {
	readonly transactionTime: string;
	readonly request: string;
	readonly requiresAccessToken: true;
	readonly output: readonly ManifestFile[];
	readonly deleted: readonly ManifestFile[];
	readonly error: readonly ManifestFile[];
}

/** The manifest of an export and its files. @param base - `[base]` */
export function manifestOf(
	{ id, transaction_time, address }: ExportState,
	files: readonly ExportFile[],
	base: string,
): Manifest {
	const of = (kind: ExportFile["kind"]) =>
		files
			.filter((file) => file.kind === kind)
			.map(({ type, number, resources }) => ({ type, url: `${base}/$export-file/${id}/${number}`, count: resources }));
	return {
		transactionTime: transaction_time ?? "",
		request: address,
		requiresAccessToken: true,
		output: of("output"),
		deleted: of("deleted"),
		error: of("error"),
	};
}
