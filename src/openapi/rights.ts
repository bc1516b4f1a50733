import { type Operation, type RoleRights, rights } from "../access/rights.ts";
import { collections } from "../http/native/collections/all.ts";
import { tableName } from "../tables/columns.ts";

/** The rights of people to every documented table as Markdown, from the data both faces enforce (access/rights.ts). */
export function describeRights(): string {
	const lines = collections.map(({ path, entity }) => {
		const table = tableName(entity);
		const { patient, therapist, admin, computed, fixed } = rights[table] ?? missing(table);
		const notes = [
			computed === undefined ? "" : `computed: ${names(computed)}`,
			fixed === undefined ? "" : `set once: ${names(fixed)}`,
		].filter((note) => note !== "");
		const cells = [`\`${table}\``, `\`/api/${path}\``, ...[patient, therapist, admin].map(cell), notes.join("; ")];
		return `| ${cells.join(" | ")} |`;
	});
	return `${heading}\n${lines.join("\n")}\n`;
}

const heading = `# Who may do what

Generated from \`src/access/rights.ts\` by \`npm run openapi\`. The same on both faces: under \`/api\`, and for what FHIR writes to these rows.

Whose rows exist for somebody at all is decided by PostgreSQL: a patient sees their own and the account of their therapist; a therapist their own and
those of their patients; an administrator all. Definitions without an owner are seen by everybody. What may not be seen is 404; what may be seen
but not done is 403, a column that others set included; a column that nobody sets, or not again, is 400. \`id\`, \`createdAt\` and \`updatedAt\`
are the server's.
Another therapist is assigned by \`POST /api/patients/:id/assign-therapist\` alone.

| table | address | patient | therapist | admin | for all |
| --- | --- | --- | --- | --- | --- |`;

function cell(role: RoleRights): string {
	const verbs = role.may.map((operation) => verb(operation, role)).join(", ");
	const limits = [
		role.leaves === undefined ? "" : `not ${names(role.leaves)}`,
		role.keeps === undefined ? "" : `${names(role.keeps)} only when created`,
		role.onlyReads === undefined ? "" : `${role.onlyReads}: read`,
	].filter((limit) => limit !== "");
	return limits.length === 0 ? verbs : `${verbs} (${limits.join("; ")})`;
}

function verb(operation: Operation, { changesOnly }: RoleRights): string {
	return operation === "update" && changesOnly !== undefined ? `update ${names(changesOnly)}` : operation;
}

function names(properties: readonly string[]): string {
	return properties.map((property) => `\`${property}\``).join(", ");
}

function missing(table: string): never {
	throw new Error(`src/access/rights.ts says nothing of ${table}`);
}
