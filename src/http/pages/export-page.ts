import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Caller } from "../../access/caller.ts";
import { requireTakesExports } from "../../devices/receive-export.ts";
import { Failure, type FailureKind } from "../../fhir/failure.ts";
import { statusOf } from "../../fhir/outcome.ts";
import { type RowValues, requireRow } from "../../store/rows.ts";
import { DeviceConnections } from "../../tables/device-connections.ts";
import { beginExport, exportLimit } from "../native/routes/device-export.ts";
import type { DeviceServices } from "../native/routes/devices.ts";
import { noteFailure } from "../plugins/errors.ts";
import { signInAddress } from "../smart/session-routes.ts";
import { failurePage } from "./failure-page.ts";
import { isRowId, requireOwnForm } from "./form.ts";
import { html } from "./html.ts";
import { sendPage } from "./page.ts";
import { type SentFile, sentFile } from "./sent-file.ts";

const url = "/devices/:id/export";
const mebibyte = 1024 * 1024;

/** How long the answer waits for the end of what was sent; then the list of devices shows how far it is. Milliseconds. */
const patienceMilliseconds = 2000;

const back = failurePage({ href: "/devices", to: "your devices" });

/** `/devices/:id/export`: a person sends an export of Samsung Health from their browser. */
export async function registerExportPage(app: FastifyInstance, services: DeviceServices): Promise<void> {
	const { database, devices } = services;

	/** @throws Failure not-found; conflict where the connection takes no exports */
	async function connectionFor(request: FastifyRequest, caller: Caller): Promise<RowValues> {
		const { id: text } = request.params as { id: string };
		const id = /^\d+$/.test(text) ? Number(text) : Number.NaN;
		if (!isRowId(id)) throw new Failure("not-found", "There is no such row");
		const connection = await database.read(caller, (tx) => requireRow(tx, DeviceConnections, id));
		await requireTakesExports(devices, connection.id as number);
		return connection;
	}

	app.get(url, { schema: { hide: true }, errorHandler: back }, async (request, reply) => {
		const caller = await request.browserCaller(reply);
		if (caller === undefined) return reply.redirect(signInAddress(request.url), 303);
		await connectionFor(request, caller);
		return show(request, reply);
	});

	await app.register(async (files) => {
		files.addContentTypeParser("multipart/form-data", (request: FastifyRequest, payload: IncomingMessage) =>
			sentFile(request, payload, exportLimit),
		);
		files.post<{ Body: SentFile | undefined }>(
			url,
			{
				schema: { hide: true },
				bodyLimit: exportLimit + mebibyte,
				// Before a file is read.
				async onRequest(request, reply) {
					requireOwnForm(request, devices.baseUrl);
					const caller = await request.browserCaller(reply);
					if (caller === undefined) return reply.redirect(signInAddress(request.url), 303);
					await connectionFor(request, caller);
				},
				errorHandler: (error, request, reply) => show(request, reply, noteFailure(error, request)),
			},
			async (request, reply) => {
				const caller = await request.browserCaller(reply);
				if (caller === undefined) return reply.redirect(signInAddress(request.url), 303);
				const sent = request.body;
				if (!(sent?.body instanceof Buffer)) throw new Failure("invalid", "Choose a file first");
				const connection = await connectionFor(request, caller);
				const { logId, stored } = await beginExport(services, request, caller, connection, sent);
				// What goes wrong later is told by the sync log.
				if (!(await isDoneInTime(stored))) stored.catch((error: unknown) => noteFailure(error, request));
				return reply.redirect(`/devices?sync=${logId}`, 303);
			},
		);
	});
}

/** Failures that tell of what was sent, and after which another file may be sent. */
const aboutWhatWasSent: ReadonlySet<string> = new Set<FailureKind>([
	"invalid",
	"unprocessable",
	"too-large",
	"unsupported-media-type",
	"unavailable",
	"fault",
]);

/** The form; above it, what was wrong with what was sent. */
function show(request: FastifyRequest, reply: FastifyReply, failure?: Failure): FastifyReply {
	if (failure !== undefined && !aboutWhatWasSent.has(failure.kind)) return back(failure, request, reply);
	if (failure?.retryAfterSeconds !== undefined) reply.header("retry-after", String(failure.retryAfterSeconds));
	const most = `${exportLimit / mebibyte} MB`;
	const wrong = failure?.message;
	const body = html`${wrong !== undefined && html`<p class="bad" role="alert">${wrong}.</p>`}
<p>On the phone, Samsung Health makes it: Settings, Download personal data. Send the whole folder as one ZIP file, or one CSV file of it, of
at most ${most}. What came before is known and not doubled; what is not in it stays.</p>
<form method="post" action="${request.url}" enctype="multipart/form-data">
<label for="file">Export: choose it, or drop it here</label>
<input id="file" name="file" type="file" accept=".zip,.csv,application/zip,text/csv" required>
<p class="soft">The browser shows how much has arrived; then your devices show how much has been stored.</p>
<div class="buttons"><button type="submit">Send the export</button></div></form><p><a href="/devices">Back to your devices</a></p>`;
	return sendPage(reply, {
		title: "Send an export of Samsung Health",
		body,
		...(failure === undefined ? {} : { status: statusOf(failure) }),
	});
}

/** Whether it ends before patience does. Rejects as it does. */
async function isDoneInTime(work: Promise<void>): Promise<boolean> {
	let timer: NodeJS.Timeout | undefined;
	const later = new Promise<boolean>((done) => {
		timer = setTimeout(done, patienceMilliseconds, false);
	});
	try {
		return await Promise.race([work.then(() => true), later]);
	} finally {
		clearTimeout(timer);
	}
}
