import type { Random } from "./random.ts";

/** First names with the gender that patients.gender gets. */
export const firstNames = [
	["Margaret", "female"],
	["James", "male"],
	["Patricia", "female"],
	["Robert", "male"],
	["Linda", "female"],
	["Michael", "male"],
	["Rosa", "female"],
	["William", "male"],
	["Susan", "female"],
	["David", "male"],
	["Aisha", "female"],
	["Carlos", "male"],
	["Helen", "female"],
	["Wei", "male"],
	["Irina", "female"],
	["Kofi", "male"],
	["Dolores", "female"],
	["Henrik", "male"],
	["Noor", "other"],
	["Thomas", "male"],
	["Priya", "female"],
	["George", "male"],
	["Eleanor", "female"],
	["Samuel", "male"],
] as const;

/** Family names; some with letters beyond ASCII, as real ones have. */
export const lastNames = [
	"Alvarez",
	"Bennett",
	"Chen",
	"Dubois",
	"Evans",
	"Fischer",
	"García",
	"Hughes",
	"Ivanova",
	"Johnson",
	"Kowalski",
	"Larsen",
	"Mensah",
	"Nguyen",
	"O'Brien",
	"Patel",
	"Quinn",
	"Rossi",
	"Schäfer",
	"Thompson",
	"Ueda",
	"Vargas",
	"Walker",
	"Young",
] as const;

/** Places that patients live in, with their time zones. */
export const places = [
	{ city: "Boston", state: "MA", postalCode: "02118", timeZone: "America/New_York" },
	{ city: "Providence", state: "RI", postalCode: "02903", timeZone: "America/New_York" },
	{ city: "Philadelphia", state: "PA", postalCode: "19104", timeZone: "America/New_York" },
	{ city: "Atlanta", state: "GA", postalCode: "30303", timeZone: "America/New_York" },
	{ city: "Chicago", state: "IL", postalCode: "60612", timeZone: "America/Chicago" },
	{ city: "Phoenix", state: "AZ", postalCode: "85004", timeZone: "America/Phoenix" },
] as const;

export const streets = [
	"Maple Street",
	"Washington Avenue",
	"Harbor Road",
	"Elm Court",
	"Chestnut Lane",
	"Park Drive",
] as const;

export const occupations = [
	"retired teacher",
	"electrician",
	"bus driver",
	"accountant",
	"nurse",
	"retired",
	"shop owner",
] as const;

export const educations = ["high school", "some college", "bachelor's degree", "master's degree"] as const;

export const insurers = ["Blue Harbor Health", "Commonwealth Mutual", "Medicare", "Northfield Insurance"] as const;

export const pharmacies = ["Main Street Pharmacy", "Riverside Drugs", "Harbor Apothecary"] as const;

/** Doctors who are not users of the system. */
export const doctors = [
	{ name: "Dr. Amelia Grant", specialty: "Cardiology" },
	{ name: "Dr. Rajesh Menon", specialty: "Cardiothoracic surgery" },
	{ name: "Dr. Laura Steiner", specialty: "Primary care" },
	{ name: "Dr. Victor Osei", specialty: "Cardiology" },
	{ name: "Dr. Hannah Blum", specialty: "Primary care" },
	{ name: "Dr. Paulo Mendes", specialty: "Cardiothoracic surgery" },
] as const;

/** A number of the range kept for fiction, 555-0100 to 555-0199. */
export function phoneNumber(random: Random): string {
	return `+1-${random.pick(["617", "401", "215", "404", "312", "602"])}-555-01${String(random.int(0, 99)).padStart(2, "0")}`;
}
