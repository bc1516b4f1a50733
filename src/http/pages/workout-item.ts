import type { WorkoutPair } from "../../devices/same-workouts.ts";
import { vendors } from "../../devices/vendors/all.ts";
import { Failure } from "../../fhir/failure.ts";
import type { WorkoutKey } from "../../store/devices/same-workouts.ts";
import { isRowId } from "./form.ts";
import { type Html, html } from "./html.ts";

/** A workout of which two devices told, with the button that says otherwise. */
export function workoutItem({ exerciseLogId, deviceType, startedAt, endedAt, other }: WorkoutPair): Html {
	const [own, others] = [vendors[deviceType].title, vendors[other.deviceType].title];
	const says = other.isSame
		? html`They are taken to be one workout, shown as ${own} told it.`
		: html`They are two workouts, as somebody said.`;
	return html`<li>${own}: ${span(startedAt, endedAt)}<br>${others}: ${span(other.startedAt, other.endedAt)}
<p class="soft">${says}</p>
<form method="post" action="/devices/workouts"><input type="hidden" name="workout" value="${exerciseLogId}">
<input type="hidden" name="device" value="${other.deviceConnectionId}"><input type="hidden" name="record" value="${other.externalId}">
<button type="submit" class="second" name="same" value="${other.isSame ? "no" : "yes"}" aria-label="${startedAt.slice(0, 10)}: these are ${other.isSame ? "two workouts" : "one workout"}">These are ${other.isSame ? "two workouts" : "one workout"}</button></form></li>
`;
}

/** What a button of {@link workoutItem} sends. @throws Failure invalid */
export function workoutWord(form: URLSearchParams): {
	readonly workout: number;
	readonly key: WorkoutKey;
	readonly isSame: boolean;
} {
	const [workout, deviceConnectionId] = [Number(form.get("workout")), Number(form.get("device"))];
	const [externalId, same] = [form.get("record") ?? "", form.get("same")];
	if (!isRowId(workout) || !isRowId(deviceConnectionId) || externalId === "" || (same !== "yes" && same !== "no")) {
		throw new Failure("invalid", "Choose a workout");
	}
	return { workout, key: { deviceConnectionId, externalId }, isSame: same === "yes" };
}

/** From when to when, as people write it. */
function span(from: string, to: string): string {
	const [day, end] = [from.slice(0, 10), to.slice(0, 10)];
	return `${day} ${from.slice(11, 16)} – ${end === day ? "" : `${end} `}${to.slice(11, 16)} UTC`;
}
