/** A heart rate of a patient (patients.id) as hospitals send it: coded, all its values in native columns. */
export function heartRateOf(patient: number, value: number, more: object = {}) {
	return {
		resourceType: "Observation",
		status: "final",
		code: { coding: [{ system: "http://loinc.org", code: "8867-4" }] },
		subject: { reference: `Patient/${patient}` },
		effectiveDateTime: "2026-11-24T08:30:00Z",
		valueQuantity: { value, unit: "beats/minute", system: "http://unitsofmeasure.org", code: "/min" },
		...more,
	};
}
