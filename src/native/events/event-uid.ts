/** By what name other programs know an event made here. */
export function naturalUid(eventId: number): string {
	return `event-${eventId}@heart-recovery`;
}

/** The event such a name speaks of; undefined for every other one. */
export function eventOfNaturalUid(uid: string): number | undefined {
	const found = /^event-([1-9]\d{0,8})@heart-recovery$/.exec(uid);
	return found === null ? undefined : Number(found[1]);
}
