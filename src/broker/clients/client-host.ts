// What a client needs of the broker that it is connected to.

import type { Publication } from '../publications/publication';
import type { Session } from '../sessions/session';
import type { Crowded } from '../sessions/session-connection';
import type { Journal } from '../store/journal';
import type { Subscription } from '../subscriptions/subscription';
import type { ReasonCode } from '../wire/reason';
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
  /** ms of the clock of the broker */
  now(): number;
  /** Calls `task` once after `delay` ms. */
  after(delay: number, task: () => void): void;
  /** Has `writer` flushed after what is under way in this turn of the event loop. */
  readonly schedule: (writer: ClientWriter) => void;
  /** An identifier that nobody has. */
  newClientId(): string;
  /** Whether a client is connected under `clientId` that must not be thrown out by `client`. */
  isReserved(clientId: string, client: HostedClient): boolean;
  /** The session of a client that has been let in, and whether it was there; undefined when there is no room for it. */
  join(
    client: HostedClient,
    request: ConnectRequest,
  ): { readonly session: Session; readonly present: boolean } | undefined;
  /** `session` has its subscriptions, or what else it is remembered by, changed. */
  save(session: Session): void;
  subscribe(subscription: Subscription<Session>): void;
  unsubscribe(subscription: Subscription<Session>): void;
  /** Sends `session` what is retained for a subscription; `isNew` when it had none for that filter. */
  replay(subscription: Subscription<Session>, isNew: boolean): void;
  /** As Exchange.publish(). */
  publish(publication: Publication, tells: boolean): ReasonCode;
  /** The client that reads too slowly for what publish() gave it last; taken once. */
  takeCrowded(): Crowded | undefined;
  /** The connection is over. `session` only when it had one. `withWill` when its will is to be published. */
  left(client: HostedClient, session: Session | undefined, ending: Ending, withWill: boolean): void;
}
