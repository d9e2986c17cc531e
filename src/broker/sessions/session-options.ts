// The options of a session, and its delayed will.

import type { Publication } from '../publications/publication';
import type { SessionHost } from './session-connection';
import type { SessionStore } from './session-store';
import type { WaitingLimits } from './waiting';

/** MQTT 5, section 3.1.2.11.2: the session never expires. */
export const NEVER_EXPIRES = 0xffff_ffff;

/** The will of a connection that has ended (MQTT 5, section 3.1.3.2.2). */
export interface PendingWill {
  readonly publication: Publication;
  /** When it must be published, in ms. */
  readonly due: number;
  /** Of that connection: whether its client may still publish it is asked when it is due. */
  readonly origin: { readonly address: string; readonly local: boolean };
}

export interface SessionOptions {
  readonly clientId: string;
  readonly number: number;
  /** Undefined: it ends with the process, or with its connection. */
  readonly store: SessionStore | undefined;
  readonly limits: WaitingLimits;
  readonly host: SessionHost;
}
