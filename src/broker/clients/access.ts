// Who may connect, publish and subscribe. The broker asks this interface, and knows no users itself.

import type { ProtocolVersion } from '../wire/protocol-version';
import type { ReasonCode } from '../wire/reason';

/** Where a stream comes from. Whoever opens the stream says so. */
export interface Origin {
  /** The address of the client, for people. */
  readonly address: string;
  /** Whether the client is in this process. */
  readonly local: boolean;
  /** The name in a verified client certificate. */
  readonly certificateName?: string | undefined;
}

export interface ConnectAttempt {
  readonly clientId: string;
  readonly protocolVersion: ProtocolVersion;
  readonly username: string | undefined;
  readonly password: Buffer | undefined;
  readonly origin: Origin;
}

export type Verdict =
  /** `user` is empty for a client without a user name. */
  | { readonly ok: true; readonly user: string }
  /** 0x86: wrong user name or password. 0x87: not authorized. 0x85: the identifier belongs to another user. */
  | { readonly ok: false; readonly reasonCode: ReasonCode };

/** A connected client. */
export interface KnownClient {
  readonly clientId: string;
  readonly user: string;
  readonly origin: Origin;
}

/** How much a client may read of what a filter matches. */
export type Reading = 'all' | 'some' | 'none';

/** Methods must not throw. A slow answer delays only the client that it is about. */
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

/** Everybody may do everything. */
export const openAccess: Access = {
  authenticate: ({ username }) => ({ ok: true, user: username ?? '' }),
  mayPublish: () => true,
  reading: () => 'all',
  mayReceive: () => true,
};
