import { hash, verify } from "@node-rs/bcrypt";
import { Failure } from "../fhir/failure.ts";

/** Hashes and checks passwords with bcrypt. */
export interface Passwords {
	/** @throws Failure invalid when the password is too short (8 characters) or too long for bcrypt (72 bytes) */
	hash(password: string): Promise<string>;
	/** Whether the password fits. Takes as long when there is no account or no password to compare with. */
	verify(password: string, stored: string | null | undefined): Promise<boolean>;
}

/** bcrypt with the given cost (work doubles with each step) for new hashes; older hashes keep theirs. */
export function passwords(cost: number): Passwords {
	let stranger: Promise<string> | undefined;
	return {
		hash: (password) => hashPassword(password, cost),
		async verify(password, stored) {
			// What bcrypt would cut off must not be ignored: no stored password is that long.
			const usable = Buffer.byteLength(password) <= 72 && !password.includes("\0");
			stranger ??= hash("nobody's password", { cost });
			const fits = await verify(usable ? password : "", stored ?? (await stranger));
			return fits && usable && stored !== null && stored !== undefined;
		},
	};
}

/** A new bcrypt hash. @throws Failure invalid when the password is too short (8 characters) or too long for bcrypt (72 bytes) */
export async function hashPassword(password: string, cost: number): Promise<string> {
	checkLength(password);
	return hash(password, { cost });
}

function checkLength(password: string): void {
	const expression = "password";
	if ([...password].length < 8) throw new Failure("invalid", "password needs at least 8 characters", { expression });
	if (Buffer.byteLength(password) > 72) {
		throw new Failure("invalid", "password may be at most 72 bytes long", { expression });
	}
	if (password.includes("\0")) throw new Failure("invalid", "password may not contain NUL", { expression });
}
