import { execFileSync } from "node:child_process";
import { StartFailure } from "../start-failure.ts";

/** A user and group that a child process runs as. */
export interface RunAs {
	readonly uid: number;
	readonly gid: number;
}

const name = "heart-recovery";

/**
 * Whom PostgreSQL runs as: null for whoever runs the server, or, as PostgreSQL refuses to run as root, a system user
 * made for it (`nobody` where none can be made).
 */
export function unprivilegedUser(): RunAs | null {
	if (process.getuid?.() !== 0) return null;
	return idsOf(name) ?? (make() ? idsOf(name) : null) ?? idsOf("nobody") ?? refuse();
}

function idsOf(user: string): RunAs | null {
	try {
		const id = (flag: string) => Number(execFileSync("id", [flag, user], { encoding: "utf8", stdio: "pipe" }));
		return { uid: id("-u"), gid: id("-g") };
	} catch {
		return null;
	}
}

/** With shadow's tools (Debian, Red Hat) or busybox's (Alpine). */
function make(): boolean {
	const ways = [
		["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", name],
		["adduser", "-S", "-D", "-H", name],
	] as const;
	return ways.some(([command, ...args]) => {
		try {
			execFileSync(command, args, { stdio: "pipe" });
			return true;
		} catch {
			return false;
		}
	});
}

function refuse(): never {
	throw new StartFailure(
		"PostgreSQL refuses to run as root and no other user can be made; start as another user or set DATABASE_URL",
	);
}
