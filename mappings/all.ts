import { appointment } from "./appointment.ts";
import { medicationStatement } from "./medication-statement.ts";
import { bloodPressure, bodyTemperature, bodyWeight, heartRate, oxygenSaturation } from "./observation/vitals.ts";
import { patient } from "./patient.ts";
import { practitioner } from "./practitioner.ts";

/** Every mapping, in the order they are tried. What none takes is stored whole. */
export const mappings = [
	patient,
	practitioner,
	bloodPressure,
	heartRate,
	bodyWeight,
	oxygenSaturation,
	bodyTemperature,
	medicationStatement,
	appointment,
] as const;
