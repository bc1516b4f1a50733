import type { FastifyInstance, FastifyReply } from "fastify";
import { Failure } from "../../fhir/failure.ts";
import { statusOf } from "../../fhir/outcome.ts";
import { addConnection, type DeviceServices } from "../native/routes/devices.ts";
import { signInAddress } from "../smart/session-routes.ts";
import { failurePage } from "./failure-page.ts";
import { formOf } from "./form.ts";
import { type Html, html } from "./html.ts";
import { sendPage } from "./page.ts";

const address = "/devices/samsung";
const hidden = { schema: { hide: true }, errorHandler: failurePage({ href: address, to: "Samsung Health" }) };

/** One thing people fill in for a connection. */
interface Field {
	/** In the settings of the connection, or its `deviceName`. */
	readonly name: "deviceName" | "url" | "folder" | "username" | "password";
	readonly label: string;
	readonly type: "text" | "url" | "password";
	readonly isOptional?: boolean;
}

/** A way data of Samsung Health come here. */
interface Way {
	readonly mode: "push" | "export" | "bridge";
	readonly title: string;
	readonly says: Html;
	readonly fields: readonly Field[];
	readonly button: string;
}

const naming: Field = { name: "deviceName", label: "Name of the device (optional)", type: "text", isOptional: true };

const ways: readonly Way[] = [
	{
		mode: "push",
		title: "The phone sends its data",
		says: html`An app on the phone posts Health Connect's data here. You get an address and a secret to enter in it.`,
		fields: [naming],
		button: "Add a phone",
	},
	{
		mode: "export",
		title: "Exports of Samsung Health",
		says: html`Samsung Health makes them on the phone: Settings, Download personal data. You send the file here, as often as you like; or
you name an address where the newest one always is.`,
		fields: [
			naming,
			{ name: "url", label: "Address of the export (empty: you send the files)", type: "url", isOptional: true },
			{ name: "folder", label: "Folder on this server (instead of an address)", type: "text", isOptional: true },
		],
		button: "Add exports",
	},
	{
		mode: "bridge",
		title: "A bridge (HCGateway)",
		says: html`An app on the phone fills a bridge of your own with Health Connect's data, and this server gets them from there.`,
		fields: [
			naming,
			{ name: "url", label: "Address of the bridge", type: "url" },
			{ name: "username", label: "Name at the bridge", type: "text" },
			{ name: "password", label: "Password at the bridge", type: "password" },
		],
		button: "Add the bridge",
	},
];

/** What somebody sent that was no good: shown above its form, with what they had filled in. */
interface Refused {
	readonly mode: Way["mode"];
	readonly form: URLSearchParams;
	readonly failure: Failure;
}

/** `/devices/samsung`: Samsung Health is connected in one of its three ways. */
export function registerSamsungPage(app: FastifyInstance, services: DeviceServices): void {
	const { devices } = services;

	function show(reply: FastifyReply, refused?: Refused): FastifyReply {
		const body = html`<p>Samsung has no sign-in for health data: it comes here in one of three ways.</p>
${ways.map((way) => formFor(way, devices.exportFolder !== null, refused?.mode === way.mode ? refused : undefined))}
<p><a href="/devices">Back to your devices</a></p>`;
		return sendPage(reply, {
			title: "Connect Samsung Health",
			body,
			...(refused === undefined ? {} : { status: statusOf(refused.failure) }),
		});
	}

	app.get(address, hidden, async (request, reply) => {
		if ((await request.browserCaller(reply)) === undefined) return reply.redirect(signInAddress(address), 303);
		return show(reply);
	});

	app.post(address, hidden, async (request, reply) => {
		const form = formOf(request, devices.baseUrl);
		const caller = await request.browserCaller(reply);
		if (caller === undefined) return reply.redirect(signInAddress(address), 303);
		const way = ways.find(({ mode }) => mode === form.get("mode"));
		if (way === undefined) throw new Failure("invalid", "Choose a way");
		const { deviceName, ...settings } = filledIn(way, form);
		try {
			const given = { ...(deviceName === undefined ? {} : { deviceName }), settings: { mode: way.mode, ...settings } };
			const { row, pushSecret } = await addConnection(services, caller, {
				userId: caller.userId,
				deviceType: "samsung",
				...given,
			});
			if (pushSecret !== undefined)
				return sendSecret(reply, `${devices.baseUrl}/api/devices/${row.id}/push`, pushSecret);
			return reply.redirect("/devices", 303);
		} catch (failure) {
			if (!(failure instanceof Failure)) throw failure;
			return show(reply, { mode: way.mode, form, failure });
		}
	});
}

/** Fields of the way only; what was left empty was not given. */
function filledIn({ fields }: Way, form: URLSearchParams): Partial<Record<Field["name"], string>> {
	const given = fields.map(({ name, type }) => {
		const text = form.get(name) ?? "";
		return [name, type === "password" ? text : text.trim()] as const;
	});
	return Object.fromEntries(given.filter(([, text]) => text !== ""));
}

function formFor({ mode, title, says, fields, button }: Way, hasFolders: boolean, refused: Refused | undefined): Html {
	return html`<h2>${title}</h2><p>${says}</p>
${refused !== undefined && html`<p class="bad" role="alert">${wordsFor(refused.failure, fields)}.</p>`}
<form method="post" action="${address}"><input type="hidden" name="mode" value="${mode}">
${fields
	.filter(({ name }) => name !== "folder" || hasFolders)
	.map((field) => inputFor(mode, field, field.type === "password" ? "" : (refused?.form.get(field.name) ?? "")))}
<div class="buttons"><button type="submit">${button}</button></div></form>
`;
}

function inputFor(mode: string, { name, label, type, isOptional }: Field, value: string): Html {
	const id = `${mode}-${name}`;
	const needed = isOptional === true ? html`` : html` required`;
	return html`<label for="${id}">${label}</label><input id="${id}" name="${name}" type="${type}" value="${value}" autocomplete="off"${needed}>
`;
}

/** What is wrong, with fields named as the form names them. */
function wordsFor({ issues }: Failure, fields: readonly Field[]): string {
	const told = issues.map(({ diagnostics }) =>
		fields.reduce(
			(text, { name, label }) =>
				text.replaceAll(new RegExp(`\\bsettings\\.${name}\\b|^${name}\\b`, "g"), label.replace(/ \(.*\)$/, "")),
			diagnostics,
		),
	);
	return told.join("; ");
}

function sendSecret(reply: FastifyReply, pushAddress: string, secret: string): FastifyReply {
	const body = html`<p>Enter both in the app on the phone. The secret is shown only now.</p>
<dl><div><dt>Address</dt><dd><code>${pushAddress}</code></dd></div>
<div><dt>Header</dt><dd><code>X-Device-Secret: ${secret}</code></dd></div></dl><p><a href="/devices">Back to your devices</a></p>`;
	return sendPage(reply, { title: "A phone was added", body, status: 201 });
}
