import type { Unit } from "../unit.ts";
import { empty } from "../unit.ts";

/** A reference to the Patient that stands for the person in a user column. */
export function subject<C extends string>(column: C): Unit<C> {
	return {
		unit: "subject",
		columns: [column],
		read: (row) => (row.$subject == null ? undefined : { reference: `Patient/${row.$subject}` }),
		text: (row) => (row.$subject == null ? undefined : `{"reference":"Patient/${row.$subject}"}`),
		write: (element, context) => {
			if (element === undefined) return empty([column]);
			const reference = (element as { reference?: unknown } | null)?.reference;
			const isPatient = typeof reference === "string" && reference.startsWith("Patient/");
			const user = isPatient ? context.resolve(reference) : undefined;
			return user === undefined ? undefined : { [column]: user };
		},
		values: (column_) => [{ kind: "reference", type: "Patient", user: column_(column) }],
		describe: () => "reference to the person's Patient",
	};
}

/** Of several Patients that are one person: the one that stands for the person, seen from the others. */
export function standIn(): Unit<never> {
	return {
		unit: "stand-in",
		columns: [],
		always: true,
		read: (row) => (row.$subject == null ? undefined : { reference: `Patient/${row.$subject}` }),
		text: (row) => (row.$subject == null ? undefined : `{"reference":"Patient/${row.$subject}"}`),
		write: () => ({}),
		values: (column) => [{ kind: "reference", type: "Patient", id: column("$subject") }],
		describe: () => "the Patient that stands for the same person, where this is another one",
	};
}
