// Compares a server reference (MQTT 5, section 4.11) with a configured server.

import { withoutZone } from './ipv6-zone';

/** The part of an address that a server reference can name. */
export interface HostAndPort {
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
}

/** A host in brackets or without a colon, and an optional port. */
const REFERENCE = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/;

/**
 * Whether `reference`, one or several names separated by spaces, means `server`. A name without a port means every port
 * of that host. Anything else means no server.
 */
export function refersTo(reference: string, { host, port }: HostAndPort): boolean {
  const known = withoutZone(host).toLowerCase();
  return reference.split(' ').some((name) => {
    const [, bracketed, plain, ofPort] = REFERENCE.exec(name) ?? [];
    const named = bracketed ?? plain;
    if (named === undefined || withoutZone(named).toLowerCase() !== known) return false;
    return ofPort === undefined || Number(ofPort) === port;
  });
}
