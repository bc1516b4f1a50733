import { appointment } from "./appointment.ts";
import { device } from "./device.ts";
import { medicationStatement } from "./medication-statement.ts";
import { exercise } from "./observation/activity.ts";
import { sleep } from "./observation/sleep.ts";
import { bloodPressure, bodyTemperature, bodyWeight, heartRate, oxygenSaturation } from "./observation/vitals.ts";
import { patient } from "./patient.ts";
import { practitioner } from "./practitioner.ts";
import { provenance } from "./provenance.ts";

/** Every mapping, in the order they are tried. What none takes is stored whole. */
export const mappings = [
	patient,
	practitioner,
	bloodPressure,
	heartRate,
	bodyWeight,
	oxygenSaturation,
	bodyTemperature,
	exercise,
	sleep,
	medicationStatement,
	appointment,
	device,
	provenance,
] as const;
