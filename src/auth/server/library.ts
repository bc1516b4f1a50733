/**
 * oidc-provider, the one place where it is loaded. It warns of Node versions it does not know as LTS yet, ours among them, on standard
 * error, where operators read what went wrong; that this version works is what the tests are for.
 */
import type { errors as Errors, Provider as ProviderClass } from "oidc-provider";

const { warn } = console;
console.warn = () => undefined;
const library = await import("oidc-provider").finally(() => {
	console.warn = warn;
});

export const Provider: typeof ProviderClass = library.default;
export const errors: typeof Errors = library.errors;
