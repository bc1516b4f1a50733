/** `npm run clients -- add | list | rotate <id> | remove <id>`: the apps that may ask for access (SMART on FHIR). */
import { readFileSync } from "node:fs";
import { type Client, type Clients, clients } from "../auth/clients.ts";
import { type ClientCommand, clientUsage, readClientArguments } from "./client-arguments.ts";
import { onGround } from "./on-ground.ts";

const asked = readClientArguments(process.argv.slice(2), (path) => JSON.parse(readFileSync(path, "utf8")) as object);
await onGround(clientUsage, asked !== undefined, async ({ database }) => {
	if (asked !== undefined) process.stdout.write(`${(await perform(clients(database), asked)).join("\n")}\n`);
});

async function perform(registry: Clients, command: ClientCommand): Promise<readonly string[]> {
	switch (command.kind) {
		case "list":
			return (await registry.list()).map(lineOf);
		case "add":
			return told(await registry.add(command.clientId, command.values));
		case "rotate":
			return told(await registry.change(command.clientId, {}, true));
		case "remove":
			await registry.remove(command.clientId);
			return [`${command.clientId} is removed; its tokens have ended`];
	}
}

function told(client: Client): readonly string[] {
	const { clientSecret } = client;
	return [lineOf(client), ...(clientSecret === undefined ? [] : [`secret, shown this once: ${clientSecret}`])];
}

function lineOf({ clientId, name, authMethod, redirectUris, scopes, registeredItself }: Client): string {
	const parts = [clientId, name, authMethod, redirectUris.join(" ") || "backend", scopes ?? "any scopes"];
	return [...parts, ...(registeredItself ? ["registered itself"] : [])].join(" · ");
}
