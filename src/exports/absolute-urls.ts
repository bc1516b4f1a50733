/** A member `url` whose value is a relative reference to a resource: only attachments have such. Quotes within strings are escaped, so nothing else looks like it. */
const relative = /"url":"(?=[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?")/g;

/** JSON text of a resource with the addresses of its attachments absolute (Bulk Data Access 2, “Attachments”): files are read elsewhere. */
export function withAbsoluteUrls(text: string, base: string): string {
	return text.includes('"url":"') ? text.replace(relative, () => `"url":"${base}/`) : text;
}
