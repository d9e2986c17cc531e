// Where a server sends its clients (MQTT 5, section 4.11), compared with the servers that are configured.

/** The part of an address that a server reference can name. */
export interface HostAndPort {
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
}

/** A host in brackets, or without a colon; then perhaps a port. */
const REFERENCE = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/;

/**
 * Whether `reference`, one or several names with spaces between them, means `server`. One without a port means every
 * port of that host. What is no such name means nothing.
 */
export function refersTo(reference: string, { host, port }: HostAndPort): boolean {
  return reference.split(' ').some((name) => {
    const [, bracketed, plain, ofPort] = REFERENCE.exec(name) ?? [];
    const named = bracketed ?? plain;
    if (named === undefined || named.toLowerCase() !== host.toLowerCase()) return false;
    return ofPort === undefined || Number(ofPort) === port;
  });
}
