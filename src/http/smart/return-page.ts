/** The page somebody signs in for (`?return=`): a path of plain words on this server, so that no link leads anybody elsewhere after signing in. */
export function pageToReturnTo(query: unknown): string {
	const asked = (query as { return?: unknown }).return;
	return typeof asked === "string" && /^\/[a-z][a-z0-9/_-]*(\?[A-Za-z0-9=&_.-]*)?$/.test(asked) ? asked : "/apps";
}
