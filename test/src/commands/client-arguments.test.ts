import t from "tap";
import { readClientArguments } from "../../../src/commands/client-arguments.ts";

const read = (...given: string[]) => readClientArguments(given, () => ({ keys: [] }));

t.test("commands that are understood", async (t) => {
	t.same(read("list"), { kind: "list" });
	t.same(read("rotate", "app"), { kind: "rotate", clientId: "app" });
	t.same(read("remove", "app"), { kind: "remove", clientId: "app" });
	t.same(read("add", "--name", "My app", "--redirect", "https://a/1", "--redirect", "https://a/2"), {
		kind: "add",
		clientId: undefined,
		values: {
			name: "My app",
			authMethod: "none",
			redirectUris: ["https://a/1", "https://a/2"],
			launchUrl: null,
			jwks: null,
			jwksUri: null,
			scopes: null,
		},
	});
	t.match(
		read("add", "--name", "B", "--id", "b", "--auth", "private_key_jwt", "--jwks", "f", "--scopes", "system/*.rs"),
		{
			clientId: "b",
			values: { authMethod: "private_key_jwt", jwks: { keys: [] }, scopes: "system/*.rs" },
		},
	);
});

t.test("others show the usage", async (t) => {
	for (const given of [
		[],
		["list", "x"],
		["rotate"],
		["remove", "a", "b"],
		["add"],
		["add", "--name", "A", "--auth", "magic"],
		["add", "--nme", "A"],
		["sing"],
	]) {
		t.equal(read(...given), undefined, given.join(" "));
	}
});
