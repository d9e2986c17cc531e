// Identifies the session that we know. Another server may keep a session for the same client, and the same server one
// for another client.

import type { ServerInfo } from '../../transport/transport';
import type { SessionPlace } from '../outbox/outbox-sender';
import type { SessionMemory } from './session-memory';

export class SessionHome {
  readonly #memory: SessionMemory | undefined;
  /** Server and client of the latest connection. */
  #home: string | undefined;
  /** What a server has called us that was asked to choose a name. */
  #assigned = '';
  /** Client identifier of the latest attempt. */
  #clientId = '';

  constructor(memory: SessionMemory | undefined) {
    this.#memory = memory;
    this.#home = memory?.home;
  }

  /** The client identifier of the next attempt: that of the settings, or the one that the server has chosen before. */
  clientId(wanted: string): string {
    this.#clientId = wanted || this.#assigned;
    return this.#clientId;
  }

  /** The next server chooses a name of its own. */
  forgetAssigned(): void {
    this.#assigned = '';
  }

  /** What the connection to `server` finds: a session that is present elsewhere than last time is a stranger. */
  enter(info: ServerInfo, server: string): { known: ServerInfo; place: SessionPlace } {
    this.#assigned = info.assignedClientIdentifier ?? this.#assigned;
    const home = JSON.stringify([server, info.assignedClientIdentifier ?? this.#clientId]);
    const place = { home, previous: this.#home ?? home, present: info.sessionPresent };
    if (home === this.#home) return { known: info, place };
    this.#home = home;
    this.#memory?.settle(home);
    return { known: { ...info, sessionPresent: false }, place };
  }
}
