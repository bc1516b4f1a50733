import type { Chunk } from "./chunk.ts";
import { dayFrom, timeAt } from "./days.ts";
import { doctors, phoneNumber } from "./names.ts";
import { enteredAt, type Person } from "./person.ts";

/** Adds the doctors of one patient: the cardiologist, a surgeon and a family doctor, the first with a next appointment. */
export function addProviders(chunk: Chunk, person: Person): void {
	const random = person.random.fork("providers");
	const surgeon = random.pick(doctors.filter(({ specialty }) => specialty === "Cardiothoracic surgery"));
	const familyDoctor = random.pick(doctors.filter(({ specialty }) => specialty === "Primary care"));
	const [first = person.today] = person.days;
	const stamps = enteredAt(person, timeAt(first, 11 * 60));
	for (const doctor of [person.cardiologist, surgeon, familyDoctor]) {
		const visit = dayFrom(person.today, person.timeZone, random.int(3, 40));
		chunk.add("providers", {
			userId: person.userId,
			name: doctor.name,
			specialty: doctor.specialty,
			phone: phoneNumber(random),
			email: `${doctor.name.toLowerCase().replace("dr. ", "").replaceAll(" ", ".")}@clinic.example`,
			address: `${random.int(10, 900)} Hospital Drive, Suite ${random.int(100, 400)}`,
			notes: doctor === person.cardiologist ? "Adjusts the medication" : null,
			nextAppointment: doctor === surgeon ? null : timeAt(visit, random.int(9, 15) * 60),
			...stamps,
		});
	}
}
