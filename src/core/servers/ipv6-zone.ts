// The zone of an IPv6 address (RFC 4007, section 11): the network interface by which this machine reaches a link-local
// address, such as fe80::1%eth0. It means nothing to anybody else, and URL does not accept it. Runs in the editor too.

/** An address in brackets with a zone. In a URL, RFC 6874 wants %25 for the percent sign; people write both. */
const ZONED = /\[([\da-f:.]+)%(?:25)?([\w.~-]+)\]/i;

interface WithoutZone {
  /** The text with the first zone taken out. */
  readonly text: string;
  /** The zone with its percent sign; blank when there is none. */
  readonly zone: string;
}

/** Takes the zone out of the host of an address such as `mqtt://[fe80::1%25eth0]:1883`. */
export function takeZone(address: string): WithoutZone {
  const zone = ZONED.exec(authorityOf(address))?.[2];
  return zone === undefined ? { text: address, zone: '' } : { text: address.replace(ZONED, '[$1]'), zone: `%${zone}` };
}

/** What stands before the path, which may hold anything. */
function authorityOf(address: string): string {
  return /^(?:[a-z][a-z0-9+.-]*:\/\/)?[^/?#]*/i.exec(address)?.[0] ?? '';
}

/** The host as others know it. */
export function withoutZone(host: string): string {
  return host.replace(/%.*$/s, '');
}
