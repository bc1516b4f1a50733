import { arrayOf, object, type Schema } from "./json-schema.ts";

/** Problem details (RFC 9457), as every failure on /api is told. */
const problemSchema: Schema = object(
	{
		type: { type: "string", examples: ["about:blank"] },
		title: { type: "string", description: "The status in words", examples: ["Bad Request"] },
		status: { type: "integer", examples: [400] },
		detail: { type: "string", description: "What is wrong, for people", examples: ["heartRate must be >= 1"] },
		errors: arrayOf(
			object({
				path: { type: "string", description: 'The member or parameter; "" for the whole', examples: ["heartRate"] },
				message: { type: "string", examples: ["heartRate must be >= 1"] },
			}),
		),
	},
	{ title: "Problem" },
);

/** A failure as an answer of a route. */
export function problem(description: string): Schema {
	return { description, content: { "application/problem+json": { schema: problemSchema } } };
}

/** Every failure a route may declare by its status alone. */
export const failures = {
	400: "Something in the request is wrong; `errors` names it",
	401: "Not signed in, or no longer",
	403: "It may be seen, but not done by this person",
	404: "There is no such thing, or it may not be seen",
	409: "It collides with something that is there",
	412: "If-Match names another version",
	413: "The body is too large",
	415: "The body has a type that is not taken here",
	422: "The request is understood but cannot be carried out",
	429: "Too many attempts; see Retry-After",
	502: "Another service does not answer as it should",
	503: "The server cannot answer now; see Retry-After",
} as const;

/** A status of {@link failures}. */
export type FailureStatus = keyof typeof failures;
