/** What dependency-cruiser checks: layers and side effects, each rule with its reason (architecture.md section 2). */

/** One layer: everything of ours outside the named folders is forbidden to it. */
const layer = (name, folders, reason) => ({
	name: `${name}-layer`,
	comment: reason,
	severity: "error",
	from: { path: `^(src/)?${name}/` },
	to: {
		path: "^(src|mappings|migrations)/",
		// The closed union of failures is the one thing every layer may throw.
		pathNot: `^(src/(fhir/failure\\.ts$|(${[name, ...folders].join("|")})/)|(${[name, ...folders].join("|")})/)`,
	},
});

/** A package only some folders may import. */
const only = (name, packages, folders, reason) => ({
	name,
	comment: reason,
	severity: "error",
	from: { path: "^(src|mappings|migrations)/", pathNot: `^(${folders.join("|")})` },
	to: { path: `^(node_modules/)?(${packages.join("|")})(/|$)` },
});

const aboveStore = ["store", "access", "search", "mapping", "tables", "fhir", "calendar"];
/** Rooms that need nothing, for features. */
const tools = ["secrets", "medication", "mail", "scores"];

export default {
	forbidden: [
		layer(
			"fhir",
			[],
			"R4 itself: pure, so that it can be read beside the specification and tested without a database.",
		),
		layer("calendar", [], "Recurrence and civil time: pure, so that daylight-saving cases are plain unit tests."),
		layer("secrets", [], "Sealing is pure, so that every feature seals alike and failures are plain unit tests."),
		layer("mail", [], "A mail is its text and an address: who gets one, and why, is decided elsewhere."),
		layer(
			"medication",
			[],
			"How often a medication is to be taken, read off free text: pure, for the app, its alerts and its scores alike.",
		),
		layer("scores", [], "One formula for the app and the demo data: pure, so that a score is a plain unit test."),
		layer("tables", [], "The documented schema is the truth; it may depend on no view of it."),
		{
			...layer(
				"mapping",
				["fhir", "tables", "calendar"],
				"The mapping language knows rows and resources, never SQL or HTTP.",
			),
			// The registry and the description list the mapping files; the language itself knows none of them.
			from: { path: "^src/mapping/", pathNot: "^src/mapping/(registry|describe)\\.ts$" },
		},
		layer("mappings", ["mapping", "fhir", "tables"], "Mapping files are data built from the closed set of units."),
		layer(
			"search",
			["mapping", "mappings", "fhir", "tables"],
			"Search turns parameters into SQL fragments; it runs none.",
		),
		layer("access", ["search", "fhir"], "Who may see what is decided before the store is asked, never after."),
		layer(
			"store",
			[...aboveStore, "mappings", "migrations"],
			"The one door to Postgres knows nothing of HTTP or of who calls it.",
		),
		...["native", "alerts", "devices", "exports", "auth", "audit"].map((name) =>
			layer(
				name,
				[...aboveStore, ...tools],
				"Features stand side by side on the store; one that needs another goes through rows.",
			),
		),
		layer(
			"jobs",
			[...aboveStore, ...tools, "native", "alerts", "devices", "exports", "auth", "audit"],
			"Jobs call features at their time; a feature that has work for later is handed how to add it.",
		),
		layer("seed", [...aboveStore, "auth", "scores"], "The seed writes rows through the store like any other feature."),
		layer(
			"http",
			[...aboveStore, ...tools, "mappings", "native", "alerts", "devices", "exports", "auth", "audit", "jobs"],
			"HTTP translates; nothing below it may know that HTTP exists, nor does it start processes or read configuration.",
		),
		{
			name: "vendors-are-facts",
			comment: "A vendor's file is data and pure functions over its payloads; the flow around it is written once.",
			severity: "error",
			from: { path: "^src/devices/vendors/" },
			to: {
				path: "^src/",
				pathNot: "^src/(fhir/failure\\.ts$|devices/(vendors/|(vendor|measures|payload|civil-time|sleep-stages)\\.ts$))",
			},
		},
		{
			name: "migrations-stand-alone",
			comment: "Migrations are frozen: code that changes later must not change what an old migration did.",
			severity: "error",
			from: { path: "^migrations/" },
			to: { path: "^(src|mappings)/" },
		},
		{
			name: "one-config-reader",
			comment: "Parts get the values they need from app.ts; only the process and the commands read the configuration.",
			severity: "error",
			from: {
				path: "^src/",
				pathNot: "^src/(config/|config\\.ts|main\\.js|serve\\.ts|app\\.ts|commands/|process/|openapi/)",
			},
			to: { path: "^src/config\\.ts$", dependencyTypesNot: ["type-only"] },
		},
		only(
			"sql-in-store",
			["pg", "@mikro-orm/migrations"],
			["src/store/", "migrations/"],
			"Only the store executes SQL.",
		),
		only(
			"orm-in-store-and-tables",
			["@mikro-orm/postgresql", "@mikro-orm/core", "@mikro-orm/sql"],
			["src/store/", "src/tables/", "migrations/"],
			"Tables declare entities with the ORM, the store runs it; nothing else knows it is there.",
		),
		only(
			"kysely-where-sql-is-composed",
			["kysely"],
			["src/store/", "src/search/", "src/mapping/", "src/access/", "migrations/"],
			"Fragments are composed in search and access and executed in the store.",
		),
		only(
			"fastify-in-http",
			["fastify", "@fastify/[^/]+"],
			["src/http/", "src/app\\.ts", "src/openapi/"],
			"Only http knows Fastify; app.ts puts it together, openapi asks it for its routes.",
		),
		only("smtp-in-mail", ["nodemailer"], ["src/mail/"], "Mails leave by one door."),
		only(
			"recurrence-in-calendar",
			["rrule", "ical\\.js"],
			["src/calendar/"],
			"Rules and calendar files are read in one place.",
		),
		only(
			"queue-in-jobs",
			["pg-boss", "node-schedule"],
			["src/jobs/"],
			"One way to do work later: everything else adds jobs of a kind.",
		),
		only(
			"oidc-in-auth",
			["oidc-provider"],
			["src/auth/server/"],
			"One place knows the library of the authorization server.",
		),
		only("hashing-in-auth", ["@node-rs/bcrypt"], ["src/auth/", "src/seed/"], "Passwords are hashed in one place."),
		{
			name: "network-at-the-edges",
			// config checks the form of addresses; the embedded database looks for a free port.
			comment: "Only features that talk to vendors, mail servers and app registrations go out to the network.",
			severity: "error",
			from: { path: "^(src|mappings)/", pathNot: "^src/(devices|alerts|auth|mail|http|store/embedded|config/)" },
			to: { path: "^(node:)?(net|http|https|http2|dgram|tls|dns)$", dependencyTypes: ["core"] },
		},
		{
			name: "processes-only-for-the-database",
			comment: "The embedded PostgreSQL is the only other process.",
			severity: "error",
			from: { path: "^(src|mappings|migrations)/", pathNot: "^src/store/embedded" },
			to: { path: "^(node:)?child_process$", dependencyTypes: ["core"] },
		},
		{
			name: "no-test-code",
			comment: "Code never depends on its tests.",
			severity: "error",
			from: { path: "^(src|mappings|migrations)/" },
			to: { path: "^test/" },
		},
		{
			name: "no-development-packages",
			comment: "A production install carries no development dependencies. Types vanish, and generators only run here.",
			severity: "error",
			from: { path: "^(src|mappings|migrations)/", pathNot: "^src/(fhir/definitions/generate\\.ts|commands/)" },
			to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
		},
		{
			name: "no-circular",
			comment:
				"A cycle has no reading order. Validation is the exception: elements hold elements, and so do its functions.",
			severity: "error",
			from: { pathNot: "^src/fhir/validate/" },
			to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
		},
		{
			name: "resolvable",
			// A package of types only has no module to resolve to.
			comment: "Every import exists.",
			severity: "error",
			from: {},
			to: { couldNotResolve: true, pathNot: "^@medplum/fhirtypes$" },
		},
	],
	options: {
		// TypeScript 7 has no compiler API to parse with; swc does it.
		parser: "swc",
		tsPreCompilationDeps: true,
		detectProcessBuiltinModuleCalls: true,
		doNotFollow: { path: "node_modules" },
		enhancedResolveOptions: {
			extensions: [".ts", ".js", ".json"],
			exportsFields: ["exports"],
			conditionNames: ["node", "import"],
		},
	},
};
