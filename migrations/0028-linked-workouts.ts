import { Migration } from "@mikro-orm/migrations";

/** The newest workouts of a person of which two devices told are found at once, however many there are. */
export class LinkedWorkouts extends Migration {
	override up(): void {
		this.addSql("create index record_linked_at on devices.record (user_id, at) where state = 'linked'");
	}
}
