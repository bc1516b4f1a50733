/** What this program is called, and its version as in package.json. */
export const software = { name: "Heart Recovery FHIR server", version: "0.1.0" } as const;
