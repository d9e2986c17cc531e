// Whose session it is that we know: a server may keep another one for the same client, or the same for another client.

import type { ServerInfo } from '../../transport/transport';
import type { SessionPlace } from '../outbox/outbox-sender';
import type { SessionMemory } from './session-memory';

export class SessionHome {
  readonly #memory: SessionMemory | undefined;
  /** Server and client of the latest connection. */
  #home: string | undefined;

  constructor(memory: SessionMemory | undefined) {
    this.#memory = memory;
    this.#home = memory?.home;
  }

  /** What a connection of `clientId` to `server` finds: a session that is present elsewhere than last time is a stranger. */
  enter(info: ServerInfo, server: string, clientId: string): { known: ServerInfo; place: SessionPlace } {
    const home = JSON.stringify([server, info.assignedClientIdentifier ?? clientId]);
    const place = { home, previous: this.#home ?? home, present: info.sessionPresent };
    if (home === this.#home) return { known: info, place };
    this.#home = home;
    this.#memory?.settle(home);
    return { known: { ...info, sessionPresent: false }, place };
  }
}
