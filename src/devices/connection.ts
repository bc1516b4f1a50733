import type { ConnectionRow } from "../store/devices/connections.ts";
import { isTimeZone } from "./civil-time.ts";
import type { FeedContext } from "./vendor.ts";

/** What people may say about a connection in its `settings`. Secrets are not here: they are sealed elsewhere. */
export interface ConnectionSettings {
	/** Samsung's way in. */
	readonly mode?: "bridge" | "export" | "push";
	/** Where a bridge or an export is. */
	readonly url?: string;
	/** Name of an export's folder below DEVICE_EXPORT_DIR. */
	readonly folder?: string;
	/** Of the bridge's account. */
	readonly username?: string;
	/** IANA zone of the device's clock, where it is not the person's. */
	readonly timeZone?: string;
}

/** The settings of a connection; {} for whatever is no object. */
export function settingsOf({ settings }: Pick<ConnectionRow, "settings">): ConnectionSettings {
	const value: unknown = settings === null ? {} : JSON.parse(settings);
	return typeof value === "object" && value !== null ? (value as ConnectionSettings) : {};
}

/** What vendors' pure functions may know of a connection. */
export function contextOf(connection: ConnectionRow): FeedContext {
	const zones = [settingsOf(connection).timeZone, connection.timeZone].filter((zone) => typeof zone === "string");
	return { vendorUserId: connection.vendorUserId ?? "", timeZone: zones.find(isTimeZone) ?? "UTC" };
}

/** Milliseconds between two pulls: what people may ask for, and what a vendor gets when they say nothing. */
export function frequencyMilliseconds(frequency: string | null): number | undefined {
	const minute = 60_000;
	const known: Readonly<Record<string, number | undefined>> = {
		"15min": 15 * minute,
		hourly: 60 * minute,
		"6hours": 6 * 60 * minute,
		"12hours": 12 * 60 * minute,
		daily: 24 * 60 * minute,
		weekly: 7 * 24 * 60 * minute,
	};
	if (frequency === "manual") return undefined;
	const [, count, unit] = /^(\d{1,4}) ?(m|min|minutes|h|hours?|d|days?)$/i.exec(frequency ?? "") ?? [];
	if (count !== undefined && unit !== undefined && Number(count) > 0) {
		const each = /^m/i.test(unit) ? minute : /^h/i.test(unit) ? 60 * minute : 24 * 60 * minute;
		return Math.max(15 * minute, Number(count) * each);
	}
	return known[frequency ?? ""] ?? 6 * 60 * minute;
}
