import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of this very run, gone at its end. (`t.testdir` is a test file's: two runs of it would take it from one another.) */
export function temporaryFolder(t: { teardown(undo: () => unknown): unknown }): string {
	const folder = mkdtempSync(join(tmpdir(), "heart-test-"));
	t.teardown(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}
