import type { ExtractResource, ResourceType } from "@medplum/fhirtypes";
import type { Members, Node } from "./tree.ts";
import type { Unit } from "./unit.ts";

/** The FHIR ids of resources that are native rows: `<prefix><row id>` and, where a row yields several, `-<part>`. */
export interface NaturalId {
	readonly prefix: string;
	readonly part: string;
}

/** One (table, resource) pair: the only place that knows both shapes. Plain data; see mappings/README.md. */
export interface Mapping {
	/** Unique name, also the file's. */
	readonly name: string;
	readonly type: string;
	/** SQL name of the table. */
	readonly table: string;
	/** Where the table is: documented ones are in `public`. */
	readonly schema: "public" | "devices";
	readonly id: NaturalId;
	/** Canonical URLs every resource of this mapping declares in meta.profile. */
	readonly profiles: readonly string[];
	/** The row yields a resource when at least one of these columns is filled; none: always. */
	readonly presentWhenAny: readonly string[];
	/** The row yields a resource only when these columns have one of these values. */
	readonly onlyWhere: Readonly<Record<string, readonly (string | number | boolean)[]>>;
	readonly root: Members;
	/** Columns of the table that hold users.id of the person the row is about. */
	readonly owner: string;
	/**
	 * What may become a row of this table: `matching` resources (every required unit holds), `all` of the type (a Patient must be
	 * a row, or nothing could hang on it), or `none` (rows are made natively; the resource can be read and updated).
	 */
	readonly takes: "matching" | "all" | "none";
	/** Made by the server alone: nobody changes or deletes it, or gives a resource an id of its form. */
	readonly isServers: boolean;
}

type Elements<Type extends ResourceType, Column extends string> = {
	readonly [Name in Exclude<keyof ExtractResource<Type>, "resourceType" | "id" | "meta">]?: Node<Column>;
};

/**
 * Declares a mapping. Columns are checked against the table's row type and elements against R4's, so a wrong one does not compile.
 *
 * @example see mappings/observation/vitals.ts
 */
export function defineMapping<Columns extends Record<string, unknown>>() {
	type Column = Extract<keyof Columns, string>;
	return <Type extends ResourceType>(declaration: {
		readonly name: string;
		readonly type: Type;
		readonly schema?: Mapping["schema"];
		readonly table: string;
		readonly id: NaturalId;
		readonly profiles?: readonly string[];
		readonly presentWhenAny?: readonly Column[];
		readonly onlyWhere?: Readonly<Partial<Record<Column, readonly (string | number | boolean)[]>>>;
		readonly owner: Column;
		readonly takes?: Mapping["takes"];
		readonly isServers?: boolean;
		readonly elements: Elements<Type, Column>;
	}): Mapping => ({
		name: declaration.name,
		type: declaration.type,
		schema: declaration.schema ?? "public",
		table: declaration.table,
		id: declaration.id,
		profiles: declaration.profiles ?? [],
		presentWhenAny: declaration.presentWhenAny ?? [],
		onlyWhere: (declaration.onlyWhere ?? {}) as Mapping["onlyWhere"],
		owner: declaration.owner,
		takes: declaration.takes ?? "matching",
		isServers: declaration.isServers ?? false,
		root: { members: declaration.elements as Readonly<Record<string, Node>> },
	});
}

/** Columns a mapping reads or writes. */
export function columnsOfMapping(mapping: Mapping): readonly string[] {
	const found = new Set<string>([mapping.owner, ...mapping.presentWhenAny, ...Object.keys(mapping.onlyWhere)]);
	const walk = (node: Node): void => {
		if ("unit" in node) for (const column of (node as Unit).columns) found.add(column);
		else if ("slots" in node) for (const one of node.slots) walk(one.node);
		else for (const child of Object.values(node.members)) walk(child);
	};
	walk(mapping.root);
	return [...found];
}
