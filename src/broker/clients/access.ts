// Who may connect, publish and subscribe: the broker asks, and knows no users itself.

import type { ProtocolVersion } from '../wire/protocol-version';
import type { ReasonCode } from '../wire/reason';

/** Where a stream comes from, as whoever opened it knows. */
export interface Origin {
  /** The address of the client, for people. */
  readonly address: string;
  /** A client of this very process. */
  readonly local: boolean;
  /** The name in a client certificate that has been checked. */
  readonly certificateName?: string;
}

export interface ConnectAttempt {
  readonly clientId: string;
  readonly protocolVersion: ProtocolVersion;
  readonly username: string | undefined;
  readonly password: Buffer | undefined;
  readonly origin: Origin;
}

export type Verdict =
  /** `user` is empty for one without a name. */
  | { readonly ok: true; readonly user: string }
  /** 0x86 for a wrong name or password, 0x87 for one that may not, 0x85 for an identifier that is somebody else's. */
  | { readonly ok: false; readonly reasonCode: ReasonCode };

/** A client that has connected. */
export interface KnownClient {
  readonly clientId: string;
  readonly user: string;
  readonly origin: Origin;
}

/** How much a client may read of what a filter matches. */
export type Reading = 'all' | 'some' | 'none';

/** Answers must not throw; one that takes time holds up the client it is about, and nobody else. */
export interface Access {
  authenticate(attempt: ConnectAttempt): Verdict | Promise<Verdict>;
  mayPublish(client: KnownClient, topic: string): boolean;
  /** `filter` without `$share/group/`. Where it is `some`, mayReceive() is asked for each message. */
  reading(client: KnownClient, filter: string): Reading;
  mayReceive(client: KnownClient, topic: string): boolean;
}

/** What is asked of each topic that a subscription of `client` matches. */
export function topicCheck({ clientId, user, origin }: KnownClient, access: Access): (topic: string) => boolean {
  // A subscription outlives the connection, and must not keep what belongs to it.
  const client = { clientId, user, origin };
  return (topic) => access.mayReceive(client, topic);
}

/** Everybody may everything. */
export const openAccess: Access = {
  authenticate: ({ username }) => ({ ok: true, user: username ?? '' }),
  mayPublish: () => true,
  reading: () => 'all',
  mayReceive: () => true,
};
