import type { Test } from "tap";
import { marker } from "./secret-record.ts";
import type { Answer } from "./server.ts";

/** Nothing of the record is anywhere in an answer, its headers included, and the server did not fail. */
export function noTrace(t: Test, answer: Answer, road: string): void {
	const whole = `${answer.text} ${JSON.stringify([...answer.headers])}`;
	if (whole.includes(marker))
		t.fail(`${road}: ${whole.slice(Math.max(0, whole.indexOf(marker) - 200), whole.indexOf(marker) + 50)}`);
	if (answer.status >= 500) t.fail(`${road}: ${answer.status}`);
}

/** What is hidden is answered like what never was. @param name - as asked for, e.g. `Patient/1` */
export function alike(t: Test, road: string, hidden: [Answer, string], none: [Answer, string]): void {
	noTrace(t, hidden[0], `${road} ${hidden[1]}`);
	t.equal(hidden[0].status, none[0].status, `${road} ${hidden[1]}: the status of what never was`);
	t.equal(anonymous(...hidden), anonymous(...none), `${road} ${hidden[1]}: the words of what never was`);
}

/** An answer without what it repeats of the question, and without what differs from one answer to the next: times and new ids. */
function anonymous({ text, headers }: Answer, name: string): string {
	const id = name.split("/")[1];
	const kept = [...headers].filter(([header]) => !["date", "x-request-id", "content-length"].includes(header));
	return `${text} ${JSON.stringify(kept)}`
		.replace(new RegExp(`${name}(?!\\w)|(?<=(_id|identifier)=)${id}(?!\\w)`, "g"), "ASKED")
		.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|(?<=Patient\/|"id":")\d+/g, "NEW")
		.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z|\b\w{3}, \d\d \w{3} \d{4} [\d:]+ GMT/g, "NOW");
}

/** A body without its marks, as an outsider would write it. */
export function unmarked(body: Record<string, unknown>, id: string): Record<string, unknown> {
	return JSON.parse(JSON.stringify({ ...body, id, meta: undefined }).replaceAll(marker, "mine"));
}
