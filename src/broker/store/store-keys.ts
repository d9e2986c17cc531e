// The keys of the store. Numbers have a fixed length, so that keys sort by number.

const DIGITS = 16;

export const Keys = {
  session: (session: number) => `s/${padded(session)}`,
  /** The QoS 2 publications that were received from a client and not yet released. */
  incoming: (session: number, packetIdentifier: number) => `i/${padded(session)}/${packetIdentifier}`,
  queued: (session: number, sequence: number) => `q/${padded(session)}/${padded(sequence)}`,
  publication: (number: number) => `m/${padded(number)}`,
  retained: (topic: string) => `r/${topic}`,
  clockSet: 't/set',
} as const;

/** The kind of a key, and its rest. */
export function partsOf(key: string): { readonly kind: string; readonly rest: string } {
  return { kind: key.slice(0, 1), rest: key.slice(2) };
}

/** The two numbers in the key of a session's entry. */
export function numbersOf(rest: string): readonly [session: number, other: number] {
  return [Number(rest.slice(0, DIGITS)), Number(rest.slice(DIGITS + 1))];
}

function padded(number: number): string {
  return String(number).padStart(DIGITS, '0');
}
