import type { ElementDefinition, ElementProperty, TypeDefinition } from "../definitions/definitions.ts";
import { typeDefinition } from "../definitions/definitions.ts";
import { type PrimitiveSchema, primitiveSchemas } from "./primitives.ts";

/** A JSON Schema with the keywords of `keywords.ts`. */
export interface Schema {
	readonly $id?: string;
	readonly [keyword: string]: unknown;
}

/** Name of the schema of a repeated primitive's extensions: an Element, or null where there are none. */
const elementOrNull = "Element-or-null";

/**
 * The JSON Schema of a resource type, data type or backbone, made from its R4 definition. Other types are `$ref`s by name, resources within
 * resources the keyword `resource`.
 *
 * @returns undefined for names that are no such types
 */
export function schemaOf(name: string): Schema | undefined {
	const definition = typeDefinition(name === elementOrNull ? "Element" : name);
	if (definition === undefined) return undefined;
	const properties: Record<string, Schema> = {};
	if (definition.kind === "resource") properties.resourceType = { const: definition.name };
	for (const [member, property] of definition.properties) {
		properties[member] = valueSchema(member, property);
		if (primitiveSchemas.has(property.type)) properties[`_${member}`] = siblingSchema(member, property);
	}
	return {
		$id: name,
		type: "object",
		...(name === elementOrNull ? { nullable: true } : {}),
		properties,
		additionalProperties: false,
		...presence(definition),
		// What an Element of a primitive may leave out depends on the value beside it: keyword `extensionsOf`.
		...(definition.kind === "resource" || definition.name === "Element" ? {} : { filled: true }),
		...(name === "Reference" ? { reference: true } : {}),
		...(name === "Extension" ? { extensionValue: true } : {}),
	};
}

/** Names of the schemas a schema refers to. */
export function references(schema: Schema): string[] {
	const found = new Set<string>();
	for (const property of Object.values(schema.properties as Record<string, Schema>)) {
		const { $ref } = (property.items as Schema | undefined) ?? property;
		if (typeof $ref === "string") found.add($ref);
	}
	return [...found];
}

function valueSchema(member: string, { element, type }: ElementProperty): Schema {
	const isList = element.max > 1;
	const primitive = primitiveSchemas.get(type);
	const item =
		primitive === undefined ? objectSchema(element, type) : primitiveSchema(element, type, primitive, isList);
	const guarded = { ...item, stopsWhenFull: true };
	if (!isList) return guarded;
	return {
		type: "array",
		minItems: Math.max(element.min, 1),
		...(Number.isFinite(element.max) ? { maxItems: element.max } : {}),
		items: guarded,
		...(primitive === undefined ? {} : { nullsPairedWith: `_${member}` }),
	};
}

function primitiveSchema(
	element: ElementDefinition,
	fhirType: string,
	primitive: PrimitiveSchema,
	isItem: boolean,
): Schema {
	const mayBeNull = isItem && primitive.type !== undefined;
	const codes = element.codes === undefined || primitive.type !== "string" ? undefined : listedCodes(element.codes);
	return {
		fhirType,
		...primitive,
		...(mayBeNull ? { nullable: true } : {}),
		...(codes === undefined ? {} : { enum: mayBeNull ? [...codes, null] : codes }),
	};
}

function objectSchema(element: ElementDefinition, type: string): Schema {
	if (type === "Resource") return { type: "object", resource: element.name === "contained" ? "contained" : "whole" };
	const isCoded = element.codes !== undefined && (type === "CodeableConcept" || type === "Coding");
	return { $ref: type, ...(isCoded ? { coded: { type, codes: codesBySystem(element.codes) } } : {}) };
}

/** `_birthDate`: id and extensions of a primitive (R4 json 2.1.0.3). */
function siblingSchema(member: string, { element }: ElementProperty): Schema {
	if (element.max <= 1) return { $ref: "Element", extensionsOf: member };
	return { type: "array", items: { $ref: elementOrNull, stopsWhenFull: true }, extensionsOf: member };
}

/** What must be there and what excludes each other; a primitive may be there by its extensions alone. */
function presence({ elements, properties }: TypeDefinition): Schema {
	const required: string[] = [];
	const present: string[] = [];
	const choices: Record<string, { members: string[]; isRequired: boolean }> = {};
	for (const element of elements) {
		if (element.isChoice) {
			const members = [...properties].filter(([, one]) => one.element === element).map(([member]) => member);
			choices[element.name] = { members, isRequired: element.min > 0 };
		} else if (element.min > 0) {
			(primitiveSchemas.has(element.types[0] ?? "") ? present : required).push(element.name);
		}
	}
	return {
		...(required.length > 0 ? { required } : {}),
		...(present.length > 0 ? { present } : {}),
		...(Object.keys(choices).length > 0 ? { choices } : {}),
	};
}

function listedCodes(codes: NonNullable<ElementDefinition["codes"]>): string[] {
	return [...new Set([...codes.values()].flatMap((listed) => [...listed]))];
}

function codesBySystem(codes: NonNullable<ElementDefinition["codes"]>): Record<string, string[]> {
	return Object.fromEntries([...codes].map(([system, listed]) => [system, [...listed]]));
}
