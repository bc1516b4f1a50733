import { type RecordKinds, recordDevice, recordIdentifier } from "../../src/mapping/units/device-record.ts";

/** Vendors name no system for their ids; these are ours, whatever BASE_URL is. */
export const recordSystems = {
	strava: "https://heart-recovery.example/fhir/NamingSystem/strava",
	polar: "https://heart-recovery.example/fhir/NamingSystem/polar",
	samsung: "https://heart-recovery.example/fhir/NamingSystem/samsung-health",
} as const;

/** Where an Observation came from a device: the vendor's id of the record, and the connection. */
export const fromDevice = (kinds: RecordKinds) =>
	({ identifier: recordIdentifier(kinds, recordSystems), device: recordDevice(kinds) }) as const;
