import { sql } from "kysely";
import { requireRight } from "../../access/may.ts";
import { Failure, type Issue } from "../../fhir/failure.ts";
import type { JsonObject } from "../../fhir/json.ts";
import type { Mapping } from "../../mapping/define.ts";
import { mappingNamed } from "../../mapping/registry.ts";
import type { Cells } from "../../mapping/unit.ts";
import { refuseWhileDataOf } from "../care.ts";
import type { Transaction } from "../database.ts";
import { instancesOf } from "../event-rows.ts";
import { occurrenceOfId } from "../occurrence-id.ts";
import type { Change, ChangeResult } from "../resource-version.ts";
import { allocateIds } from "../rows.ts";
import type { Effects } from "./effects.ts";
import type { People } from "./people.ts";
import { entityOfMapping, mappingFor } from "./plan.ts";
import type { State } from "./state.ts";

/** Turns changes into effects, one by one, against the states they find. */
export class Gatherer {
	private readonly tx: Transaction;
	private readonly people: People;
	private readonly states: ReadonlyMap<string, State>;
	private readonly effects: Effects;

	constructor(tx: Transaction, people: People, states: ReadonlyMap<string, State>, effects: Effects) {
		this.tx = tx;
		this.people = people;
		this.states = states;
		this.effects = effects;
	}

	async gather(changes: readonly Change[], indexes: readonly number[]): Promise<ChangeResult["outcome"][]> {
		const outcomes: ChangeResult["outcome"][] = [];
		const failed: Issue[] = [];
		let kind: Failure["kind"] | undefined;
		for (const [position, change] of changes.entries()) {
			const at = indexes[position] as number;
			try {
				outcomes.push(await this.one(change));
			} catch (error) {
				if (!(error instanceof Failure)) throw error;
				kind ??= error.kind;
				failed.push(...error.issues.map((issue) => ({ ...issue, at })));
				outcomes.push("absent");
			}
		}
		if (kind !== undefined) throw new Failure(kind, failed);
		return outcomes;
	}

	private async one(change: Change): Promise<ChangeResult["outcome"]> {
		if (change.kind === "create") {
			const { plan, resource } = change;
			if (plan.row === undefined) this.effects.whole(resource, plan.id, 1, "new");
			else
				this.effects.insertRow(
					mappingNamed(plan.row.mapping),
					resource,
					{ rowId: plan.row.id, id: plan.id, version: 1, natural: true },
					"new",
				);
			return "created";
		}
		const state = this.states.get(`${change.type}/${change.id}`) ?? { kind: "nothing" };
		refuseServers(change, state);
		return change.kind === "delete"
			? this.delete(change.type, change.id, state)
			: this.update(change.resource, change.id, state);
	}

	private async update(resource: JsonObject, id: string, state: State): Promise<ChangeResult["outcome"]> {
		const mapping = mappingFor(resource, this.people);
		switch (state.kind) {
			case "nothing":
			case "deleted": {
				const linked = state.kind === "deleted" && state.linked;
				await this.place(
					mapping,
					resource,
					id,
					state.kind === "deleted" ? state.version + 1 : 1,
					linked ? "there" : "new",
				);
				await this.keepNaturalIdApart(state, `${resource.resourceType}/${id}`);
				if (state.kind === "nothing") await this.keepOccurrenceIdApart(resource.resourceType as string, id);
				return "created";
			}
			case "whole":
				await this.place(mapping, resource, id, state.version + 1, "there");
				return "updated";
			case "occurrence": {
				// It gets a row of its own under the series, which leaves it out from now on.
				this.effects.leaveOut(state.occurrence);
				const { key, seriesRow } = state.occurrence;
				const { calendarId, isAllDay, color } = seriesRow;
				const stands = { parentEventId: seriesRow.id, recurrenceException: key, recurrenceRule: null };
				const beside = { calendarId, isAllDay, color, ...stands };
				await this.place(mapping, resource, id, state.version + 1, state.linked ? "there" : "new", beside);
				return "updated";
			}
			case "row": {
				// A row that no resource becomes (a therapist's account) takes every update of its own.
				const stays = (state.mapping.takes === "none" ? state.mapping : mapping) === state.mapping;
				const entry = state.linked ? "there" : "new";
				if (stays && !this.effects.disturbsOthers(state.mapping, resource, state.loaded)) {
					this.effects.updateRow(state.mapping, resource, state.loaded, id, entry);
					return "updated";
				}
				// The resource leaves its row, but keeps its id and goes on counting its versions.
				const rowStays = this.effects.removeFromRow(state.mapping, state.loaded, false);
				await this.place(mapping, resource, id, state.version + 1, entry);
				if (rowStays) this.effects.rename(state.mapping, state.loaded);
				return "updated";
			}
		}
	}

	private async place(
		mapping: Mapping | undefined,
		resource: JsonObject,
		id: string,
		version: number,
		entry: "new" | "there",
		beside: Cells = {},
	): Promise<void> {
		if (mapping === undefined) return this.effects.whole(resource, id, version, entry);
		const [rowId] = await allocateIds(this.tx, entityOfMapping(mapping), 1);
		this.effects.insertRow(mapping, resource, { rowId: rowId as number, id, version, natural: false, beside }, entry);
	}

	/** An id of our own form that a client chose must not come to mean the row it looks like. */
	private async keepNaturalIdApart(state: State, name: string): Promise<void> {
		if ((state.kind !== "nothing" && state.kind !== "deleted") || state.row === undefined) return;
		const { mapping, rowId, loaded } = state.row;
		if (loaded !== undefined) return this.effects.rename(mapping, loaded);
		const taken = await this.tx.asSystem(() =>
			this.tx.query(sql`select 1 from public.${sql.ref(mapping.table)} where id = ${rowId}`),
		);
		if (taken.length > 0) throw new Failure("conflict", `${name}: this id is taken`);
		this.effects.claims.push({ table_name: mapping.table, row_id: rowId });
	}

	/** The same for an id of an occurrence: there may be, or come, a series whose occurrence it is. */
	private async keepOccurrenceIdApart(type: string, id: string): Promise<void> {
		const named = occurrenceOfId(type, id);
		if (named === undefined) return;
		const series = await this.tx.asSystem(() =>
			this.tx.query(sql`select 1 from public.calendar_events where id = ${named.seriesId}`),
		);
		if (series.length > 0) throw new Failure("conflict", `${type}/${id}: this id is taken`);
		this.effects.claims.push({ table_name: "calendar_events", row_id: named.seriesId });
	}

	private async delete(type: string, id: string, state: State): Promise<ChangeResult["outcome"]> {
		if (state.kind === "whole") this.effects.deleteWhole(type, id, state.version + 1, state.whole.user_id);
		else if (state.kind === "row") {
			if (state.mapping.takes === "none")
				throw new Failure("forbidden", `${type}/${id} is an account and cannot be deleted here`);
			requireRight(this.tx.caller, state.mapping.table, "delete", state.loaded.row);
			const user = state.loaded.row.userId;
			if (type === "Patient" && typeof user === "number") await refuseWhileDataOf(this.tx, user);
			if (state.mapping.table === "calendar_events") {
				// A series takes its edited occurrences along.
				const instances = await instancesOf(this.tx, [state.loaded.rowId], true);
				for (const { id: rowId } of instances) this.effects.deleteRow(state.mapping, rowId);
			}
			const rowStays = this.effects.removeFromRow(state.mapping, state.loaded, true);
			if (rowStays && state.linked) this.effects.emptyEntry(state.mapping, state.loaded, id);
		} else if (state.kind === "occurrence") this.effects.leaveOut(state.occurrence);
		else return "absent";
		return "deleted";
	}
}

/** What the server alone makes is nobody's to change, nor are ids of its form anybody's to give. @throws Failure forbidden */
function refuseServers({ kind, type, id }: Exclude<Change, { kind: "create" }>, state: State): void {
	const mapping = state.kind === "row" ? state.mapping : "row" in state ? state.row?.mapping : undefined;
	if (mapping?.isServers !== true || (kind === "delete" && state.kind !== "row")) return;
	throw new Failure("forbidden", `${type}/${id} is made by the server alone`);
}
