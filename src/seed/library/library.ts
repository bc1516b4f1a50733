import type { Chunk } from "../chunk.ts";
import { exerciseKinds } from "./exercises.ts";
import { foodCategories } from "./foods.ts";
import { phases } from "./phases.ts";
import { systemTemplates } from "./templates.ts";

/** The rows that everybody shares, as a patient's generator needs them: database ids beside the data they came from. */
export interface Library {
	/** foodItems[i] is the id of the i-th food in the order of `foodCategories`. */
	readonly foodItems: readonly number[];
	/** exercises[i] is the id of exerciseKinds[i]. */
	readonly exercises: readonly number[];
}

/** Adds the shared rows: foods, exercises, phases with routines and activities, system templates. */
export function addLibrary(chunk: Chunk, createdAt: string): void {
	const stamps = { createdAt, updatedAt: createdAt };
	for (const { foods, ...category } of foodCategories) {
		const categoryId = chunk.add("food_categories", { ...category, ...stamps });
		for (const [name, servingSize, calories, protein, carbs, fat, fiber, sodium, healthRating] of foods) {
			const nutrients = { calories, protein, carbs, fat, fiber, sodium, healthRating };
			chunk.add("food_items", { categoryId, name, servingSize, ...nutrients, ...stamps });
		}
	}
	for (const { name, category, description, instructions, difficulty, targetMuscles, equipment } of exerciseKinds) {
		const words = { name, category, description, instructions, targetMuscles, equipment };
		chunk.add("exercises", { ...words, difficulty, isActive: true, ...stamps });
	}
	for (const { routines, ...phase } of phases) {
		const phaseId = chunk.add("physical_therapy_phases", { ...phase, ...stamps });
		for (const { activities, ...routine } of routines) {
			const routineId = chunk.add("therapy_routines", { phaseId, ...routine, ...stamps });
			for (const [at, [name, description, duration]] of activities.entries()) {
				chunk.add("activities", { routineId, name, description, duration, order: at + 1, ...stamps });
			}
		}
	}
	for (const [name, description, category, duration, color] of systemTemplates) {
		chunk.add("event_templates", {
			userId: null,
			name,
			description,
			category,
			duration,
			color,
			isActive: true,
			...stamps,
		});
	}
}
