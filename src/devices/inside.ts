import ipaddr from "ipaddr.js";

/**
 * Whether an IP address is one of the inside (RFC 6890): loopback, private, link-local – where clouds keep their metadata –, what only carries
 * such an address, and everything else that is not plainly on the internet. What is no address counts as inside.
 *
 * @param allowed networks that count as outside: CIDR, an address, or `loopback`, `linklocal`, `uniquelocal`
 */
export function isInside(address: string, allowed: readonly string[] = []): boolean {
	if (!ipaddr.isValid(address)) return true;
	// ::ffff:10.0.0.1 is 10.0.0.1.
	const parsed = ipaddr.process(address);
	const range = parsed.range();
	return range !== "unicast" && !allowed.some((network) => isWithin(parsed, range, network));
}

function isWithin(address: ipaddr.IPv4 | ipaddr.IPv6, range: string, network: string): boolean {
	if (network === "loopback") return range === "loopback";
	if (network === "linklocal") return range === "linkLocal";
	if (network === "uniquelocal") return range === "private" || range === "uniqueLocal";
	const whole = network.includes("/") ? network : `${network}/${network.includes(":") ? 128 : 32}`;
	const [base, bits] = ipaddr.parseCIDR(whole);
	return base.kind() === address.kind() && address.match(base as ipaddr.IPv4 & ipaddr.IPv6, bits);
}
