import type { Chunk } from "./chunk.ts";
import { therapistTemplates } from "./library/templates.ts";

/** Somebody of the staff who can sign in. */
export interface StaffMember {
	readonly email: string;
	readonly name: string;
	readonly role: "therapist" | "admin";
	/** bcrypt hash, null for an account that cannot sign in. */
	readonly passwordHash: string | null;
}

/** Adds the accounts; each therapist with a calendar and event templates of their own. Users come in the order given. */
export function addStaff(chunk: Chunk, staff: readonly StaffMember[], createdAt: string): void {
	const stamps = { createdAt, updatedAt: createdAt };
	for (const { email, name, role, passwordHash } of staff) {
		const timezone = "America/New_York";
		const userId = chunk.add("users", { email, name, role, password: passwordHash, timezone, ...stamps });
		if (role !== "therapist") continue;
		const look = { color: "#8250df", isDefault: true, isVisible: true };
		chunk.add("calendars", { userId, name: "Work", description: null, ...look, ...stamps });
		for (const [templateName, description, category, duration, color] of therapistTemplates) {
			const words = { name: templateName, description, category, duration, color };
			chunk.add("event_templates", { userId, ...words, isActive: true, ...stamps });
		}
	}
}
