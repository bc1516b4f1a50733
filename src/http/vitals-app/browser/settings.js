/** As registered with the server's demo data. */
const clientId = "demo-app";

/** The FHIR side of the server this page came from: the only one this app is for. */
export const iss = `${location.origin}/fhir`;

/** What `fhirclient` is told; `launch` is there when the app was opened from the server. */
export function authorization(launch) {
	return {
		clientId,
		iss,
		redirectUri: `${location.origin}/apps/vitals/`,
		scope: `openid fhirUser ${launch === undefined ? "launch/patient" : "launch"} patient/Patient.r patient/Observation.rs`,
		pkceMode: "required",
		...(launch === undefined ? {} : { launch }),
	};
}
