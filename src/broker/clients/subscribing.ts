// SUBSCRIBE and UNSUBSCRIBE (MQTT 5, sections 3.8 to 3.11).

import { isQoS } from '../../core/publications/publication';
import { matchedText, parseTopicFilter, type TopicFilter } from '../../core/topics/topic-filter';
import { hasMoreLevels } from '../../core/topics/topic-levels';
import type { RetainedReplay } from '../retained/retained-replay';
import type { Session } from '../sessions/session';
import { createSubscription, type SubscriptionOptions } from '../subscriptions/subscription';
import type { ControlPacket } from '../wire/control-packets';
import { encodeControlPacket } from '../wire/control-packets';
import type { ProtocolVersion } from '../wire/protocol-version';
import { ProtocolViolation } from '../wire/protocol-violation';
import { Reason, type ReasonCode } from '../wire/reason';
import { type KnownClient, topicCheck } from './access';
import type { ClientHost } from './client-host';

type SubscribePacket = Extract<ControlPacket, { cmd: 'subscribe' }>;
type UnsubscribePacket = Extract<ControlPacket, { cmd: 'unsubscribe' }>;
type Asked = SubscribePacket['subscriptions'][number];

/** What this class needs from the client. */
export interface Subscriber extends KnownClient {
  readonly protocolVersion: ProtocolVersion;
  /** A bridge of mosquitto behaves as if it had asked for Retain As Published and No Local. */
  readonly bridge: boolean;
  readonly closed: boolean;
  write(packet: Buffer): void;
  refused(what: 'subscribe', reasonCode: ReasonCode, filter: string): void;
}

/** MQTT 3.1.1, section 3.9.3: the only failure code. */
const FAILURE = 0x80;

export function subscribe(packet: SubscribePacket, client: Subscriber, session: Session, host: ClientHost): void {
  const { subscriptions, messageId } = packet;
  if (subscriptions.length === 0) throw new ProtocolViolation(Reason.protocolError, 'SUBSCRIBE without a filter');
  const identifier = identifierOf(packet.properties?.subscriptionIdentifier);
  const granted: ReasonCode[] = [];
  const replays: RetainedReplay[] = [];
  let made = false;
  for (const asked of subscriptions) {
    const filter = filterOf(asked.topic, host.settings.maximumTopicLevels);
    const options = optionsOf(asked, client, identifier);
    if (filter?.shareGroup !== undefined && asked.nl === true) {
      // MQTT 5, section 3.8.3.1.
      throw new ProtocolViolation(Reason.protocolError, 'No Local on a shared subscription');
    }
    const reading = filter ? host.access.reading(client, matchedText(filter)) : 'none';
    if (!filter || reading === 'none' || !hasRoom(filter, client, session, host)) {
      const hasRights = reading !== 'none';
      const refused = !filter ? Reason.filterInvalid : hasRights ? Reason.quotaExceeded : Reason.notAuthorized;
      client.refused('subscribe', refused, asked.topic);
      granted.push(client.protocolVersion < 5 ? FAILURE : refused);
      continue;
    }
    const before = session.subscriptions.get(filter.wire);
    if (before) host.unsubscribe(before);
    const permits = reading === 'some' ? topicCheck(client, host.access) : undefined;
    const subscription = createSubscription(session, filter, options, permits);
    session.subscriptions.add(subscription);
    host.subscribe(subscription);
    // Now, since what is retained from here on is delivered as a new message.
    const replay = host.replayFor(subscription, before === undefined);
    if (replay) replays.push(replay);
    made = true;
    granted.push(options.qos);
  }
  if (made) host.save(session);
  const answer = encodeControlPacket({ cmd: 'suback', messageId: messageId ?? 0, granted }, client.protocolVersion);
  whenKept(session, client, () => {
    client.write(answer);
    for (const replay of replays) session.replay(replay);
  });
}

export function unsubscribe(packet: UnsubscribePacket, client: Subscriber, session: Session, host: ClientHost): void {
  const { unsubscriptions, messageId } = packet;
  if (unsubscriptions.length === 0) throw new ProtocolViolation(Reason.protocolError, 'UNSUBSCRIBE without a filter');
  const granted: ReasonCode[] = [];
  for (const filter of unsubscriptions) {
    const before = session.subscriptions.get(filter);
    if (before) {
      session.unsubscribe(filter);
      host.unsubscribe(before);
    }
    granted.push(before ? Reason.success : Reason.noSubscriptionExisted);
  }
  host.save(session);
  const answer = encodeControlPacket({ cmd: 'unsuback', messageId: messageId ?? 0, granted }, client.protocolVersion);
  whenKept(session, client, () => client.write(answer));
}

function whenKept(session: Session, client: Subscriber, then: () => void): void {
  if (!session.store) return then();
  session.store.written(() => {
    if (!client.closed) then();
  });
}

/** Named wildcards are our own extension. Filters of clients are plain MQTT. */
function filterOf(text: string, mostLevels: number): TopicFilter | undefined {
  const parsed = parseTopicFilter(text);
  if (!parsed.ok || parsed.filter.captures.length > 0 || text.includes('\ufffd')) return undefined;
  return hasMoreLevels(matchedText(parsed.filter), mostLevels) ? undefined : parsed.filter;
}

/** The flows of this process decide themselves how much they subscribe to. */
function hasRoom({ wire }: TopicFilter, { origin }: Subscriber, { subscriptions }: Session, host: ClientHost): boolean {
  // One takes the place of another to the same filter.
  if (origin.local || subscriptions.get(wire)) return true;
  return subscriptions.hasRoomFor(wire, host.settings.subscriptions) && host.hasRoomFor(wire);
}

function optionsOf(asked: Asked, { bridge }: Subscriber, identifier: number): SubscriptionOptions {
  const { qos, nl = bridge, rap = bridge, rh = 0 } = asked;
  if (!isQoS(qos)) throw new ProtocolViolation(Reason.malformedPacket, 'a subscription at QoS 3');
  return {
    qos,
    noLocal: nl,
    retainAsPublished: rap,
    retainHandling: rh === 1 || rh === 2 ? rh : 0,
    identifier,
  };
}

/** MQTT 5, section 3.8.2.1.2. mqtt-packet makes an array of an identifier that occurs twice. */
function identifierOf(value: unknown): number {
  if (value === undefined) return 0;
  if (typeof value === 'number' && value > 0) return value;
  throw new ProtocolViolation(Reason.protocolError, 'a subscription identifier that is none');
}
