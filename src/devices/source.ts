import type { VendorName } from "./vendor.ts";

/** Where measures come from. */
export interface Source {
	readonly connectionId: number;
	readonly userId: number;
	readonly vendor: VendorName;
	/** Feed of the vendor's, or `export`, `push`. */
	readonly feed: string;
	readonly syncLogId: number | null;
}
