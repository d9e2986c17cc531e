// The clients of the embedded broker as the topics sidebar lists them: some of them, the connected first.

export interface ShownClient {
  readonly clientId: string;
  readonly user: string;
  readonly connected: boolean;
  /** Blank while it is not connected. */
  readonly address: string;
  readonly protocolVersion?: 3 | 4 | 5 | undefined;
  /** When it connected, or when its connection ended; ms since the epoch. */
  readonly since: number;
  /** A client of this Node-RED. */
  readonly local: boolean;
  readonly subscriptions: number;
  readonly queued: number;
  readonly inFlight: number;
  /** Publications that it has lost. */
  readonly dropped: number;
}

export interface ClientList {
  /** All clients, connected or remembered. */
  readonly total: number;
  readonly connected: number;
  /** How many have the text that was searched for; `clients` are the first of them. */
  readonly found: number;
  readonly clients: readonly ShownClient[];
}

/** The most clients in one answer. */
export const MOST_CLIENTS = 200;

/** Lists at most `count` clients with `text` in their identifier, user or address, in whatever case. */
export function listClients(all: readonly ShownClient[], text: string, count: number): ClientList {
  const searched = text.toLowerCase();
  const has = (value: string): boolean => value.toLowerCase().includes(searched);
  const found = all.filter(({ clientId, user, address }) => has(clientId) || has(user) || has(address));
  // Only the numbers are asked for while the list is closed.
  const clients = count === 0 ? [] : found.sort(byState).slice(0, Math.min(count, MOST_CLIENTS));
  return {
    total: all.length,
    connected: all.reduce((sum, { connected }) => sum + (connected ? 1 : 0), 0),
    found: found.length,
    clients,
  };
}

function byState(a: ShownClient, b: ShownClient): number {
  if (a.connected !== b.connected) return a.connected ? -1 : 1;
  return a.clientId < b.clientId ? -1 : 1;
}
