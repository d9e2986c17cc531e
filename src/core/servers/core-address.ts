// An address as Node-RED's core MQTT nodes read it: by url.parse of Node.js, and by mqtt.js, which takes of it what it needs.
// Runs in the editor too.

import { bracketed } from './server-url';

/** Scheme, credentials, host, what looks like ports, and the rest. A variable may hold any characters. */
const PARTS =
  /^(mqtts?|tcp|ssl|tls)(:\/\/)((?:[^/?#]*@)?)(\[[^\]]*\]|(?:\$\{[^}]+\}|\$\([^)]+\)|[^:/?#])*)((?::(?:\$\{[^}]+\}|\$\([^)]+\)|[^:/?#])*)*)/is;

/**
 * The part of `address` that the core nodes use, which is an address without the rest. Over TCP they read no path, and of
 * several ports the last, so that the port of its own field counts where the field of the host has one too.
 */
export function asCoreReads(address: string): string {
  const [, scheme = '', slashes = '', credentials = '', host = '', ports = ''] = PARTS.exec(address) ?? [];
  if (scheme === '') return address;
  const port = /:([^:]*)$/.exec(ports)?.[1] ?? '';
  // After a path, the port of its own field is a part of that path. mqtt.js then takes that of the scheme.
  return scheme + slashes + credentials + host + (port === '' ? '' : `:${port}`);
}

/** Two colons and no port in brackets, as people write an IPv6 address in the field of a host. */
const IPV6 = /^[\da-f]*:[\da-f]*:[\da-f:.]*(%\w+)?$/i;

/** An address of the fields for host and port, which may hold more than that. */
export function addressOf(scheme: string, host: string, port: string | number): string {
  return `${scheme}://${IPV6.test(host) ? bracketed(host) : host}:${port}`;
}

/** An address around a whole one: `mqtt://ws://host/path:1883`. */
const AROUND = /^[a-z]+:\/\/([a-z][a-z0-9+.-]*:\/\/.*?)(:\d*)?$/is;

/**
 * An address whose variables have been replaced. One that was made of host and port of a core node holds what those
 * variables may hold there: a host with credentials, with a port that does not count, or a whole address.
 */
export function addressOfVariables(text: string): string {
  const whole = AROUND.exec(text.trim())?.[1];
  if (whole !== undefined) return asCoreReads(whole);
  return SEVERAL_PORTS.test(text) ? asCoreReads(text.trim()) : text;
}

/** A host that is no IPv6 address, and two ports. */
const SEVERAL_PORTS = /^[^/]*:\/\/(?:[^/?#]*@)?[^:/?#[\]]+:\d*:\d+\/?\s*$/;

/** The client identifier in the query of an address, which mqtt.js prefers to any other; undefined without one. */
export function clientIdOf(address: string): string | undefined {
  const query = /^[^?#]*\?([^#]*)/.exec(address)?.[1];
  const given = query === undefined ? [] : new URLSearchParams(query).getAll('clientId');
  // It has no use for a list of them.
  return given.length === 1 && given[0] !== '' ? given[0] : undefined;
}
