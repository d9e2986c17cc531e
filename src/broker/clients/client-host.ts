// The services that a client needs from its broker.

import type { BytePool } from '../byte-pool';
import type { Publication } from '../publications/publication';
import type { RetainedReplay } from '../retained/retained-replay';
import type { Session } from '../sessions/session';
import type { Crowded } from '../sessions/session-connection';
import type { Journal } from '../store/journal';
import type { Subscription } from '../subscriptions/subscription';
import type { ReasonCode } from '../wire/reason';
import type { TopicReader } from '../wire/topic-reader';
import type { Access } from './access';
import type { BrokerListener, Ending } from './broker-listener';
import type { BrokerSettings } from './broker-settings';
import type { ClientWriter } from './client-writer';
import type { ConnectRequest } from './connect-request';
import type { HostedClient } from './hosted-client';
import type { Traffic } from './traffic';

export interface ClientHost {
  readonly settings: BrokerSettings;
  readonly access: Access;
  readonly listener: BrokerListener;
  readonly journal: Journal;
  readonly traffic: Traffic;
  readonly topics: TopicReader;
  /** The incomplete packets of all clients. */
  readonly unfinished: BytePool;
  /** ms of the clock of the broker */
  now(): number;
  /** Calls `task` once after `delay` ms. */
  after(delay: number, task: () => void): void;
  /** Calls `task` after the current work of this turn of the event loop. */
  readonly defer: (task: () => void) => void;
  /** Flushes `writer` at the end of this turn of the event loop. */
  readonly schedule: (writer: ClientWriter) => void;
  /** An unused client identifier. */
  newClientId(): string;
  /** Whether another client is connected as `clientId` and `client` must not take its place. */
  isReserved(clientId: string, client: HostedClient): boolean;
  /** The session of an accepted client, and whether it existed. Undefined when there is no room for another of a device. */
  join(
    client: HostedClient,
    request: ConnectRequest,
  ): { readonly session: Session; readonly present: boolean } | undefined;
  /** The stored state of `session` has changed, for example its subscriptions. */
  save(session: Session): void;
  /** Whether all sessions together may have one more subscription, to `filter`. */
  hasRoomFor(filter: string): boolean;
  subscribe(subscription: Subscription<Session>): void;
  unsubscribe(subscription: Subscription<Session>): void;
  /** What is retained for a subscription at the moment, if it asks for that. `isNew`: there was none to that filter. */
  replayFor(subscription: Subscription<Session>, isNew: boolean): RetainedReplay | undefined;
  /** Like Exchange.publish(). */
  publish(publication: Publication, tells: boolean): ReasonCode;
  /** The client that reads too slowly for the last publish(). Only the first call returns it. */
  takeCrowded(): Crowded | undefined;
  /** The connection has ended. `session` is there if it had one. `withWill`: its will must be published. */
  left(client: HostedClient, session: Session | undefined, ending: Ending, withWill: boolean): void;
}
