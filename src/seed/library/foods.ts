/** A food per serving: name, serving, kcal, protein, carbs, fat, fibre (g), sodium (mg), heart-health rating 1-5, meals it belongs to. */
export type Food = readonly [string, string, number, number, number, number, number, number, number, string];

/**
 * Categories and their foods. Calories are even, so that a meal of half servings still adds up to a whole number.
 * Meals: b breakfast, l lunch, d dinner, s snack.
 */
export const foodCategories: readonly { name: string; description: string; foods: readonly Food[] }[] = [
	{
		name: "Fruit",
		description: "Fresh, frozen and dried fruit",
		foods: [
			["Apple", "1 medium", 94, 0.5, 25, 0.3, 4.4, 2, 5, "s"],
			["Banana", "1 medium", 104, 1.3, 27, 0.4, 3.1, 1, 4, "bs"],
			["Blueberries", "1 cup", 84, 1.1, 21, 0.5, 3.6, 1, 5, "bs"],
			["Orange", "1 medium", 62, 1.2, 15, 0.2, 3.1, 0, 5, "bs"],
		],
	},
	{
		name: "Vegetables",
		description: "Vegetables and legumes",
		foods: [
			["Steamed broccoli", "1 cup", 54, 3.7, 11, 0.6, 5.1, 64, 5, "ld"],
			["Mixed green salad", "2 cups", 18, 1.5, 3, 0.2, 1.8, 22, 5, "ld"],
			["Lentil soup, low sodium", "1 cup", 180, 11.5, 30, 1.8, 9.2, 140, 5, "l"],
			["Roasted sweet potato", "1 medium", 112, 2, 26, 0.1, 3.9, 72, 4, "d"],
			["Green beans", "1 cup", 44, 2.4, 10, 0.4, 4, 2, 5, "d"],
		],
	},
	{
		name: "Whole grains",
		description: "Bread, cereals, rice and pasta of whole grain",
		foods: [
			["Oatmeal", "1 cup cooked", 154, 6, 27, 2.6, 4, 9, 5, "b"],
			["Whole wheat toast", "1 slice", 82, 4, 14, 1.1, 1.9, 144, 4, "b"],
			["Brown rice", "1 cup cooked", 218, 4.5, 46, 1.6, 3.5, 2, 4, "ld"],
			["Whole wheat pasta", "1 cup cooked", 174, 7.5, 37, 0.8, 6.3, 4, 4, "d"],
		],
	},
	{
		name: "Fish and poultry",
		description: "Lean animal protein",
		foods: [
			["Baked salmon", "4 oz", 234, 25, 0, 14, 0, 70, 5, "d"],
			["Grilled chicken breast", "4 oz", 188, 35, 0, 4.1, 0, 84, 4, "ld"],
			["Tuna salad, light", "1 cup", 190, 24, 9, 6, 0.5, 380, 3, "l"],
			["Turkey sandwich", "1 sandwich", 330, 23, 38, 9, 4.2, 760, 3, "l"],
		],
	},
	{
		name: "Dairy and eggs",
		description: "Milk, yoghurt, cheese, eggs",
		foods: [
			["Low-fat yogurt", "6 oz", 106, 9, 12, 2.6, 0, 120, 4, "bs"],
			["Boiled egg", "1 large", 78, 6.3, 0.6, 5.3, 0, 62, 3, "b"],
			["Skim milk", "1 cup", 84, 8.3, 12, 0.2, 0, 104, 4, "b"],
			["Cottage cheese", "1/2 cup", 92, 12, 5, 2.5, 0, 348, 3, "ls"],
		],
	},
	{
		name: "Nuts and oils",
		description: "Sources of unsaturated fat",
		foods: [
			["Almonds", "1 oz", 164, 6, 6.1, 14.2, 3.5, 0, 5, "s"],
			["Walnuts", "1 oz", 186, 4.3, 3.9, 18.5, 1.9, 1, 5, "s"],
			["Olive oil", "1 tbsp", 120, 0, 0, 13.5, 0, 0, 4, "ld"],
		],
	},
	{
		name: "Treats",
		description: "To be eaten now and then",
		foods: [
			["Vanilla ice cream", "1/2 cup", 138, 2.3, 16, 7.3, 0.5, 53, 1, "s"],
			["Pepperoni pizza", "1 slice", 298, 13, 34, 12, 2, 682, 1, "d"],
			["Potato chips", "1 oz", 152, 2, 15, 10, 1.2, 148, 1, "s"],
		],
	},
	{
		name: "Beverages",
		description: "Drinks other than water",
		foods: [
			["Orange juice", "1 cup", 112, 1.7, 26, 0.5, 0.5, 2, 3, "b"],
			["Herbal tea", "1 cup", 2, 0, 0.5, 0, 0, 2, 5, "bs"],
			["Coffee, black", "1 cup", 2, 0.3, 0, 0, 0, 5, 3, "b"],
		],
	},
];
