import ICAL from "ical.js";
import { canonicalZone, instantAt } from "../civil-time.ts";
import { floatingOf, type Stamp } from "../stamp.ts";
import { windowsZones } from "./windows-zones.ts";

/** Turns the times of a calendar file into stamps: UTC where the file says in which zone they are, local where it does not. */
export interface FileTimes {
	/** The values of a date or time property, the zone known. */
	stampsOf(property: ICAL.Property): Stamp[];
	/** The IANA zone a property is in; undefined for UTC, floating times, dates, and zones only the file itself knows. */
	zoneOf(property: ICAL.Property): string | undefined;
}

/**
 * Times of a file. A TZID is looked up as an IANA name, among the names Windows has, in what its VTIMEZONE says of itself
 * (X-LIC-LOCATION), and last in the rules of that VTIMEZONE.
 */
export function fileTimes(calendar: ICAL.Component): FileTimes {
	const definitions = new Map(
		calendar.getAllSubcomponents("vtimezone").map((one) => [String(one.getFirstPropertyValue("tzid")), one]),
	);
	const named = (tzid: string): string | undefined => {
		const location = definitions.get(tzid)?.getFirstPropertyValue("x-lic-location");
		// Some programs prefix the name with a path of their own.
		const candidates = [tzid, windowsZones[tzid], location, /[A-Za-z_]+\/[A-Za-z_]+$/.exec(tzid)?.[0]];
		for (const one of candidates) {
			const zone = typeof one === "string" ? canonicalZone(one) : undefined;
			if (zone !== undefined) return zone;
		}
		return undefined;
	};
	const tzidOf = (property: ICAL.Property): string | undefined => {
		const tzid = property.getFirstParameter("tzid");
		return tzid === undefined || tzid === "" ? undefined : String(tzid);
	};
	return {
		zoneOf: (property) => {
			const tzid = tzidOf(property);
			return tzid === undefined ? undefined : named(tzid);
		},
		stampsOf: (property) =>
			property.getValues().flatMap((value: unknown): Stamp[] => {
				const time = value instanceof ICAL.Period ? value.start : value;
				if (!(time instanceof ICAL.Time)) return [];
				const { year, month, day, hour, minute, second } = time;
				const written = floatingOf(year, month, day, hour, minute, second);
				if (time.isDate) return [{ kind: "date", written }];
				if (time.zone === ICAL.Timezone.utcTimezone) return [{ kind: "utc", written }];
				const tzid = tzidOf(property);
				if (tzid === undefined) return [{ kind: "local", written }];
				const zone = named(tzid);
				if (zone !== undefined) return [{ kind: "utc", written: instantAt(written, zone) }];
				const component = definitions.get(tzid);
				if (component === undefined) return [{ kind: "local", written }];
				return [{ kind: "utc", written: written - new ICAL.Timezone({ component, tzid }).utcOffset(time) * 1000 }];
			}),
	};
}
