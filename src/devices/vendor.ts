import type { Measure, MeasureKind } from "./measures.ts";

/** The documented values of `device_connections.device_type`. */
export type VendorName = "strava" | "polar" | "samsung";

/**
 * All there is to know about a vendor: data, and pure functions over payloads. The flow – connecting, refreshing, leasing, paging,
 * waiting, storing, logging – is written once beside this file and knows no vendor by name; a vendor knows neither store nor FHIR.
 */
export interface Vendor {
	readonly name: VendorName;
	/** As people call it. */
	readonly title: string;
	/** What it can yield; a payload that yields more is a mistake the tests find. */
	readonly yields: readonly MeasureKind[];
	/** How a person connects in the browser; absent where there is no such thing. */
	readonly oauth?: OAuthFacts;
	/** Where its API is unless configured otherwise; absent where each connection has its own address. */
	readonly apiBase?: string;
	readonly feeds: readonly Feed[];
	/** Whether a record's id is one that the vendor gave, and no other of its users has; others are made of times. */
	readonly givesId: (record: Pick<Measure, "kind" | "externalId">) => boolean;
	readonly limits: LimitFacts;
	/** Statuses of its API that mean "this token is no good". */
	readonly refusals: readonly number[];
	/** Reads a kept payload again, by the feed (or other source) it came from. */
	readonly replay: (source: string, raw: unknown, context: FeedContext) => readonly Upstream[];
	readonly webhooks?: WebhookFacts;
}

/** How OAuth works with this vendor (RFC 6749; what differs is said here). */
export interface OAuthFacts {
	/** Addresses, unless the vendor's base address is configured; then each path is below that. */
	readonly authorize: { readonly origin: string; readonly path: string };
	readonly token: { readonly origin: string; readonly path: string };
	readonly clientAuthentication: "client_secret_post" | "client_secret_basic";
	/** As the vendor wants the list written. */
	readonly scope: string;
	/** Extra parameters of the authorize address. */
	readonly authorizeParameters?: Readonly<Record<string, string>>;
	/** Whether the granted scopes (undefined when the vendor does not say) suffice; else what is missing, in words for the person. */
	readonly missingScope: (granted: string | undefined) => string | undefined;
	/** Who the person is at the vendor, from the token reply. */
	readonly vendorUserId: (tokenReply: Readonly<Record<string, unknown>>) => string | undefined;
	/** Refresh when less than this is left. Absent: there is no refresh, the token is good until refused. */
	readonly refreshWithinMilliseconds?: number;
	/** What must be asked once after the token came, before data flows. */
	readonly enrol?: (memberId: string) => VendorRequest;
	/** What {@link enrol}'s answer means: undefined for well, else words for the person. */
	readonly enrolled?: (reply: VendorReply) => string | undefined;
	/** Takes the access back at the vendor. */
	readonly revoke: (vendorUserId: string) => VendorRequest;
}

/** A request to a vendor's API, as data. */
export interface VendorRequest {
	readonly method: "GET" | "POST" | "DELETE";
	/** Below the API's base, with a leading slash. */
	readonly path: string;
	readonly query?: Readonly<Record<string, string>>;
	readonly json?: unknown;
}

/** What came back: the body parsed where it is JSON, undefined when empty. */
export interface VendorReply {
	readonly status: number;
	readonly body: unknown;
}

/** A stretch of time a pull looks at, in epoch milliseconds; both ends count. */
export interface Window {
	readonly from: number;
	readonly to: number;
}

/** What pure functions may know of the connection. */
export interface FeedContext {
	readonly vendorUserId: string;
	/** The person's zone, for vendors that tell local times without one. */
	readonly timeZone: string;
}

/** One payload of the vendor's: what it measures, and what it was read from. */
export interface Upstream {
	readonly measures: readonly Measure[];
	/** The payload as it came, kept sealed for replay. */
	readonly raw: unknown;
	/** When the vendor last changed it, where it says so. */
	readonly changedAt?: string;
	/** Digest of the measure as the list told it, where this is more than that (store-measures.ts). */
	readonly listed?: string;
	/** Why it measures nothing: it cannot be read. In words that hold no data; the log says them. */
	readonly unread?: string;
}

/** An item of a list that cannot be read. */
export function unreadItem(raw: unknown, what: string): Upstream {
	return { measures: [], raw, unread: what };
}

/** A page of a feed. */
export interface FeedPage {
	readonly records: readonly Upstream[];
	/** The request that brings the next page; undefined after the last. */
	readonly next?: VendorRequest | undefined;
}

/** One list of the vendor's that a pull walks. Its cursor is its own. */
export interface Feed {
	readonly name: string;
	readonly kinds: readonly MeasureKind[];
	/** How far behind its cursor each pull looks again, for what was edited, deleted or came late; milliseconds. */
	readonly overlap: number;
	/** How far the first pull looks back; milliseconds. Older things are a backfill's. */
	readonly firstWindow: number;
	/** The longest stretch one walk may ask for; longer ones are cut. Absent: any. */
	readonly longestWindow?: number;
	/** How older things than {@link firstWindow} are had: back to this date, in windows of so many milliseconds. Absent: not at all. */
	readonly backfill?: { readonly since: string; readonly window: number };
	readonly first: (window: Window, context: FeedContext) => VendorRequest;
	/**
	 * Pages are counted from the beginning of the list: what is deleted while it is walked moves others to a page that was read already. Default:
	 * false
	 */
	readonly shifts?: boolean;
	/** Other lists of the same window that tell something of its records; asked for with each page. A vendor without them answers 400 or 404. */
	readonly beside?: (window: Window) => readonly VendorRequest[];
	/** Reads one page. `beside`: the answers to {@link beside}, in order. @throws UnreadablePayload */
	readonly read: (
		reply: VendorReply,
		request: VendorRequest,
		context: FeedContext,
		beside?: readonly VendorReply[],
	) => FeedPage;
	/** Statuses that mean "nothing there". */
	readonly noneStatuses?: readonly number[];
	/** What a walk is not about even within its window, such as things the vendor only lists for a while; by the record's times. */
	readonly listed?: (record: { at: string; changedAt: string | null }, window: Window) => boolean;
	/**
	 * What to make of a record that is known and no longer listed: it is gone; it is gone if this request says 404; or nothing.
	 */
	readonly absent: "gone" | "nothing" | ((externalId: string) => VendorRequest);
	/** One record by its id. */
	readonly detail?: {
		/** Whether it tells more than the list does: then it is asked for whatever is new or changed. */
		readonly adds: boolean;
		readonly request: (externalId: string) => VendorRequest;
		readonly read: (reply: VendorReply, context: FeedContext) => Upstream;
	};
}

/** One window of a vendor's rate limit, as its headers tell. */
export interface LimitReading {
	/** Which limit: `15min`, `day`, `read-15min`, … */
	readonly name: string;
	readonly limit: number;
	readonly used: number;
	/** Epoch milliseconds. */
	readonly endsAt: number;
}

/** How the vendor limits requests. */
export interface LimitFacts {
	/** What a reply's headers say of every window; [] when nothing. `now` is epoch milliseconds. */
	readonly read: (header: (name: string) => string | null, now: number) => readonly LimitReading[];
	/** When the next try may be after a 429 whose headers say nothing; epoch milliseconds. */
	readonly nextWindow: (now: number) => number;
}

/**
 * Something a vendor's event tells to do. An event is a hint and never the truth: what it says is asked for again, so that a forged one
 * costs a request and changes nothing.
 */
export interface VendorEvent {
	/** Whom it is about, as the vendor names them. */
	readonly vendorUserId: string;
	readonly errand: Errand;
}

/** What to pull: everything that may be new, or one record, which may also be gone. */
export type Errand =
	| { readonly do: "pull" }
	| {
			readonly do: "fetch";
			readonly feed: string;
			readonly externalId: string /** Tries that failed. */;
			readonly failures?: number;
	  };

/** How events come in. */
export interface WebhookFacts {
	/** Header with the signature. */
	readonly signatureHeader: string;
	/** Whether events come without a signature, too. */
	readonly signatureRequired: boolean;
	/** Whether it signs with the app's client secret; else with a key it gives when subscribed. */
	readonly signsWithClientSecret: boolean;
	/** How to have events sent to an address. */
	readonly subscribe: {
		readonly request: (
			client: { readonly id: string; readonly secret: string },
			callback: string,
			verifyToken: string,
		) => { readonly path: string; readonly headers: Readonly<Record<string, string>>; readonly body: string };
		readonly read: (body: unknown) => { readonly id: string | undefined; readonly secret: string | undefined };
	};
	/** Whether a signature fits the body as it came. */
	readonly verify: (signature: string, body: string, secret: string, now: number) => boolean;
	/** What an event is about; [] for what is of no interest. @throws Failure invalid */
	readonly events: (body: unknown) => readonly VendorEvent[];
	/** A test call that only wants an answer. */
	readonly isPing?: (body: unknown) => boolean;
}
