// Whose address an upgrade comes from: the peer's, or what a proxy of ours says; nobody else is believed.

/**
 * Undefined where the peer is a proxy of ours that names nobody: its own address is everybody's, so nothing is limited
 * by it. X-Forwarded-For is read from its end, since what stands before a proxy's entry is the client's own claim.
 */
export function clientAddress(peer: string, forwardedFor: string, proxies: readonly string[]): string | undefined {
  const address = plain(peer);
  if (!proxies.includes(address)) return address;
  const hops = forwardedFor.split(',').map((hop) => plain(hop.trim()));
  const client = hops.findLast((hop) => !proxies.includes(hop));
  return client === undefined || !addressForm.test(client) ? undefined : client;
}

/** Whether a peer is one of these addresses. */
export function isOneOf(peer: string, addresses: readonly string[]): boolean {
  return addresses.includes(plain(peer));
}

const addressForm = /^[0-9a-f.:]{2,45}$/i;
const mapped = /^(?:0000:){5}ffff:([0-9a-f]{2})([0-9a-f]{2}):([0-9a-f]{2})([0-9a-f]{2})$/i;

/** A socket of both families shows IPv4 addresses as mapped ones (RFC 4291 2.5.5.2). */
function plain(address: string): string {
  const bytes = mapped.exec(address)?.slice(1);
  return bytes === undefined ? address : bytes.map((byte) => Number.parseInt(byte, 16)).join('.');
}
