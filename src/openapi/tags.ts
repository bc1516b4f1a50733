import { collections } from "../http/native/collections/all.ts";

/** A group of routes in the document. */
export interface Tag {
	readonly name: string;
	readonly description: string;
}

/** Groups of routes that are no collection of rows; every tag of a route is one of these or a collection's path. */
const more: readonly Tag[] = [
	{ name: "auth", description: "Signing in and out" },
	{ name: "apps", description: "Apps that people grant access to (SMART on FHIR), and opening them for a patient" },
];

/** Every group of the native document, in its order. */
export const tags: readonly Tag[] = [
	...more,
	...collections.map(({ path, many }) => ({ name: path, description: `${many[0]?.toUpperCase()}${many.slice(1)}` })),
];
