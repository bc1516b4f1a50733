import { mappings } from "../../mappings/all.ts";
import type { Mapping } from "./define.ts";
import { unitsOf } from "./tree.ts";

/** `openapi/mappings.md`: every mapping as a table, columns and elements side by side. */
export function describeMappings(): string {
	return [
		"# What is mapped",
		"",
		"Generated from `mappings/` by `npm run openapi`. What a resource holds beyond these elements is kept in its residue and comes back;",
		"resources no mapping takes are stored whole.",
		...mappings.flatMap(describeOne),
		"",
	].join("\n");
}

function describeOne(mapping: Mapping): string[] {
	const rows = unitsOf(mapping.root).map(({ path, unit }) => {
		const columns = unit.columns.map((column) => `\`${column}\``).join(", ") || "–";
		return `| ${mapping.type}.${path} | ${columns} | ${unit.describe()}${unit.required ? " (required)" : ""} |`;
	});
	return [
		"",
		`## ${mapping.table} → ${mapping.type} (\`${mapping.name}\`)`,
		"",
		`Id: \`${mapping.id.prefix}{row}${mapping.id.part === "" ? "" : `-${mapping.id.part}`}\`${
			mapping.profiles.length === 0 ? "" : ` · profiles: ${mapping.profiles.join(", ")}`
		}`,
		"",
		"| element | columns | how |",
		"|---|---|---|",
		...rows,
	];
}
