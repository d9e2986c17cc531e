// The identifiers of clients in this process, which no device may take: it would take over their sessions.

import type { Origin } from '../../broker/clients/access';
import type { ClientReport } from '../../broker/clients/client-report';

export class OwnIdentifiers {
  readonly #byOrigin = new Map<Origin, string>();
  /** Those of ended connections whose sessions go on. */
  #remembered: ReadonlySet<string> = new Set();

  has(clientId: string): boolean {
    if (this.#remembered.has(clientId)) return true;
    for (const own of this.#byOrigin.values()) if (own === clientId) return true;
    return false;
  }

  /** The connection of `origin` belongs to `clientId`. */
  joined(origin: Origin, clientId: string): void {
    this.#byOrigin.set(origin, clientId);
  }

  /** The connection of `origin` has ended. An identifier without a session among `clients` is free again. */
  left(origin: Origin, clients: readonly ClientReport[]): void {
    const known = new Set(clients.map(({ clientId }) => clientId));
    const clientId = this.#byOrigin.get(origin);
    this.#byOrigin.delete(origin);
    const before = clientId === undefined ? this.#remembered : [...this.#remembered, clientId];
    this.#remembered = new Set(Array.from(before).filter((own) => known.has(own)));
  }
}
