// Keeps track of connected clients, of sessions and of wills to publish (MQTT 5, sections 3.1.2.4, 3.1.2.5 and 4.1).

import type { Access } from '../clients/access';
import type { BrokerListener } from '../clients/broker-listener';
import type { BrokerSettings } from '../clients/broker-settings';
import type { ConnectRequest, RequestedWill } from '../clients/connect-request';
import type { HostedClient } from '../clients/hosted-client';
import { mayPublish } from '../clients/publish-permission';
import { expiryTime, Publication } from '../publications/publication';
import type { Session } from '../sessions/session';
import { NEVER_EXPIRES, type PendingWill } from '../sessions/session-options';
import type { SessionRegistry } from '../sessions/session-registry';
import { Reason } from '../wire/reason';

/** Calls of check() after which the retained messages that are to be sent are looked for again. */
const RESTING = 60;

interface MembershipOptions {
  readonly registry: SessionRegistry;
  readonly settings: BrokerSettings;
  readonly access: Access;
  /** Is told of wills that are refused. */
  readonly listener: BrokerListener;
  readonly now: () => number;
  readonly publish: (publication: Publication) => void;
}

export class Membership {
  readonly #options: MembershipOptions;
  readonly #clients = new Map<string, HostedClient>();
  #maximum = 0;
  #expired = 0;
  #checks = 0;
  /** bytes of the wills that were delayed at the last check, and of those since */
  #delayed = 0;

  constructor(options: MembershipOptions) {
    this.#options = options;
  }

  get connectedCount(): number {
    return this.#clients.size;
  }

  /** The highest number of clients connected at the same time. */
  get maximumCount(): number {
    return this.#maximum;
  }

  /** The number of expired sessions. */
  get expiredCount(): number {
    return this.#expired;
  }

  client(clientId: string): HostedClient | undefined {
    return this.#clients.get(clientId);
  }

  /** The session of an accepted client, and whether it existed. Undefined when there is no room for another of a device. */
  join(client: HostedClient, request: ConnectRequest): { session: Session; present: boolean } | undefined {
    const { registry, settings, now } = this.#options;
    const { clientId, user } = client;
    this.#clients.get(clientId)?.end(Reason.sessionTakenOver, 'another client has connected with this identifier');
    const before = registry.get(clientId);
    const goesOn = before && !request.cleanStart && before.expiresAt > now() && before.user === user;
    if (before && !goesOn) this.endSession(before);
    // Devices must not keep the flows of this process from their own broker.
    if (!goesOn && !client.origin.local && registry.count >= settings.maximumSessions) return undefined;
    const expiry = Math.min(request.sessionExpiry, settings.maximumSessionExpiry);
    const session = goesOn ? before : registry.create(clientId, user, expiry);
    if (goesOn) {
      session.expiryInterval = expiry;
      session.endedAt = undefined;
      session.will = undefined;
      registry.save(session);
    }
    this.#clients.set(clientId, client);
    this.#maximum = Math.max(this.#maximum, this.#clients.size);
    return { session, present: goesOn === true };
  }

  /** The connection of `client` has ended. */
  leave(client: HostedClient, session: Session, withWill: boolean): void {
    const { registry, now } = this.#options;
    if (this.#clients.get(client.clientId) === client) this.#clients.delete(client.clientId);
    session.detach(now());
    session.replays.rest();
    const will = withWill ? client.will : undefined;
    if (will) this.#postpone(will, session, client);
    if (session.expiryInterval === 0) this.endSession(session);
    else registry.save(session);
    this.#publishDue(session);
  }

  /** Ends expired sessions and publishes delayed wills. Call it at intervals. */
  check(patience: number): void {
    const now = this.#options.now();
    const rests = ++this.#checks % RESTING === 0;
    this.#delayed = 0;
    for (const session of this.#options.registry.all()) {
      this.#delayed += session.will?.publication.size ?? 0;
      if (rests) session.replays.rest();
      if (session.connected) session.crowding.endPatience(now, patience);
      else if (session.expiresAt <= now) {
        this.#expired++;
        this.endSession(session);
      } else this.#publishDue(session);
    }
  }

  /** Deletes `session`. A delayed will is published now (MQTT-3.1.3-9). */
  endSession(session: Session): void {
    const { will } = session;
    session.will = undefined;
    this.#options.registry.end(session);
    if (will) this.#publishWill(will, session);
  }

  /** Delays the will by its delay interval, at most until the session ends; not at all where too many are delayed. */
  #postpone(requested: RequestedWill, session: Session, { origin }: HostedClient): void {
    const { topic, payload, qos, retain, properties, expiry, delay } = requested;
    const { settings } = this.#options;
    const now = this.#options.now();
    // The expiry interval of a will begins with its publication. Until then, `expiresAt` holds the interval.
    const expiresAt = expiry === undefined ? Number.POSITIVE_INFINITY : expiry;
    const publisher = session.clientId;
    const publication = new Publication({ topic, payload, qos, retain, properties, expiresAt, publisher });
    const expires = session.expiryInterval === NEVER_EXPIRES ? Number.POSITIVE_INFINITY : session.expiryInterval;
    const interval = this.#delayed + publication.size <= settings.delayedWillBytes ? Math.min(delay, expires) : 0;
    if (interval > 0) this.#delayed += publication.size;
    session.will = { publication, due: now + interval * 1000, origin };
  }

  #publishDue(session: Session): void {
    const { will } = session;
    if (!will || will.due > this.#options.now()) return;
    session.will = undefined;
    this.#options.registry.save(session);
    this.#publishWill(will, session);
  }

  /** What its client could publish when it connected, it may no longer. */
  #publishWill({ publication, origin }: PendingWill, { clientId, user }: Session): void {
    const { access, listener, now, publish } = this.#options;
    const { topic, expiresAt } = publication;
    if (!mayPublish({ clientId, user, origin }, topic, access)) {
      const { address } = origin;
      return listener.refused({ what: 'publish', clientId, user, address, reasonCode: Reason.notAuthorized, topic });
    }
    const interval = expiresAt === Number.POSITIVE_INFINITY ? undefined : expiresAt;
    publish(publication.expiring(expiryTime(now(), interval)));
  }
}
