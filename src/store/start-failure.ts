/** Something that keeps the server from starting and that its operator can mend: one line saying what, and what to do. */
export class StartFailure extends Error {}

/** The line to show for anything that went wrong with a file or folder, instead of Node's own wording. */
export function fileFailure(what: string, error: unknown): StartFailure {
	const code = error instanceof Error && "code" in error ? String(error.code) : "";
	const reason =
		{
			EACCES: "permission denied",
			EPERM: "permission denied",
			EROFS: "the disk is read-only",
			ENOSPC: "the disk is full",
			EDQUOT: "the disk quota is used up",
			ENOTDIR: "a part of the path is not a folder",
			ENOENT: "it is not there and cannot be made",
			EEXIST: "it is in the way",
		}[code] ?? (error instanceof Error ? error.message : String(error));
	return new StartFailure(`${what}: ${reason}`, { cause: error });
}
