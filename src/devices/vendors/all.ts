import type { Vendor, VendorName } from "../vendor.ts";
import { polar } from "./polar.ts";
import { samsung } from "./samsung.ts";
import { strava } from "./strava.ts";

/** Every vendor by its name. */
export const vendors: Readonly<Record<VendorName, Vendor>> = { strava, polar, samsung };
