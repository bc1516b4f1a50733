/** What an export is asked for (Bulk Data Access 2, “Query Parameters”), checked; kept as JSON. */
export interface ExportRequest {
	/** Everything; what is about patients; what is about the members of a Group. */
	readonly level: "system" | "patient" | "group";
	/** Id of the Group. */
	readonly group?: string;
	/** Ids of Patients it is narrowed to. */
	readonly patients?: readonly string[];
	/** Resource types; empty: all there are. */
	readonly types: readonly string[];
	/** Only what changed after this moment. ISO. */
	readonly since?: string;
	/** Root elements, with the type they are meant for or of every type. */
	readonly elements: readonly { readonly type: string | undefined; readonly element: string }[];
	/** Searches of which a resource of the type must be found by one. */
	readonly filters: readonly TypeFilter[];
	/** What was asked for and not understood, under `Prefer: handling=lenient`. */
	readonly ignored: readonly string[];
}

/** A search that narrows what is exported of a type. */
export interface TypeFilter {
	readonly type: string;
	readonly parameters: readonly (readonly [name: string, value: string])[];
}

/** The elements asked for of a type; undefined: all of them. */
export function elementsOf({ elements }: Pick<ExportRequest, "elements">, type: string): string[] | undefined {
	const wanted = elements.filter((one) => one.type === undefined || one.type === type).map(({ element }) => element);
	return wanted.length === 0 ? undefined : wanted;
}
