/** An event template: name, description, category, minutes, colour. */
export type TemplateData = readonly [string, string, string, number, string];

/** Templates that everybody can use (event_templates.user_id null). */
export const systemTemplates: readonly TemplateData[] = [
	["Cardiology appointment", "Visit to the cardiologist", "appointment", 30, "#1f6feb"],
	["Cardiac rehabilitation class", "Supervised group training", "exercise", 60, "#2da44e"],
	["Walk", "Walk at an easy pace", "exercise", 20, "#2da44e"],
	["Blood test", "Fasting blood test", "lab", 15, "#bf8700"],
	["Take medication", "Reminder to take medication", "medication", 5, "#8250df"],
	["Weigh yourself", "Every morning after getting up", "vitals", 5, "#cf222e"],
];

/** Templates that each therapist has. */
export const therapistTemplates: readonly TemplateData[] = [
	["Progress review", "Go through the goals of the last month", "appointment", 45, "#1f6feb"],
	["Six-minute walk test", "With oximeter and Borg scale", "assessment", 20, "#bf8700"],
];
