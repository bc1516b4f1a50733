import { sql } from "kysely";
import type { Sql } from "../mapping/unit.ts";

/**
 * A string as searches compare it: without case, accents, punctuation and repeated spaces (R4 search 2.1.3.9, "string").
 * `normalisedSql` does the same in Postgres.
 */
export function normalise(text: string): string {
	return (
		text
			.normalize("NFKD")
			.replace(/[\u0300-\u036f]/g, "")
			.toLowerCase()
			// The sigma at the end of a word: Postgres makes none.
			.replaceAll("ς", "σ")
			.replace(/[\s!-/:-@[-`{-~]+/g, " ")
			.trim()
	);
}

export function normalisedSql(text: Sql<string | null>): Sql<string | null> {
	return sql`btrim(regexp_replace(translate(lower(regexp_replace(normalize(${text}, NFKD), '[\u0300-\u036f]', '', 'g')), 'ς', 'σ'), '[\\s!-/:-@\\[-\`{-~]+', ' ', 'g'))`;
}

/** A LIKE pattern's literal part. */
export function escapeLike(text: string): string {
	return text.replace(/[\\%_]/g, (one) => `\\${one}`);
}
