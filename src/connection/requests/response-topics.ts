// Where the requests of one connection are answered: our own response topic, and the topics of devices.

import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { failed, found, type Result } from '../../core/errors/result';
import { parseTopicFilter, type TopicFilter, type WireFilter } from '../../core/topics/topic-filter';
import { topicNameProblem } from '../../core/topics/topic-name';
import type { ServerInfo } from '../../transport/transport';
import type { Clock } from '../clock';
import { CorrelatedReplies } from './correlated-replies';
import { DeviceReplies } from './device-replies';
import type { Responder } from './pending-request';
import type { ReplyChannel, RequestLink } from './reply-channel';

const DEFAULT_PREFIX = 'mqtt-flows/response';

/** ms for which the topic of a device stays subscribed without a request, since another may follow */
const IDLE = 60_000;
/** Topics of devices that stay subscribed without a request. */
const MOST_IDLE = 1000;

export class ResponseTopics {
  readonly #link: RequestLink;
  readonly #clock: Clock;
  readonly #random: () => Buffer;
  /** The last level of our own response topics, which nobody can guess. */
  readonly #id: string;
  readonly #own = new Map<WireFilter, CorrelatedReplies>();
  /** Those of `#own` again, by what they were made of, so that a request does not read a topic. */
  readonly #places = new Map<string, CorrelatedReplies>();
  readonly #devices = new Map<WireFilter, DeviceReplies>();
  /** The device topics without a request, oldest first, with what ends the wait for another. */
  readonly #idle = new Map<DeviceReplies, () => void>();
  readonly #unwatch: () => void;
  #server: ServerInfo | undefined;

  /** `random` makes 16 random bytes. */
  constructor(link: RequestLink, clock: Clock, random: () => Buffer) {
    this.#link = link;
    this.#clock = clock;
    this.#random = random;
    this.#id = random().toString('hex');
    this.#unwatch = link.watch((state) => {
      if (state.kind === 'connected') this.#connected(state.info);
    });
  }

  /**
   * Where the request to `responder` is answered. Undefined until a first server has said whether and where it wants to
   * have response topics.
   */
  channelFor(responder: Responder): Result<ReplyChannel> | undefined {
    if (responder.kind === 'device') return found(this.#deviceChannel(responder.filter));
    if (!this.#server) return undefined;
    // Without a connection, the next server is most likely like the last one.
    if (this.#server.protocolVersion < 5)
      return failed(new MqttFlowsError('request-needs-properties', { stage: 'request' }));
    return this.#ownChannel(responder.prefix, this.#server);
  }

  close(): void {
    this.#unwatch();
    for (const stop of this.#idle.values()) stop();
    for (const channel of [...this.#own.values(), ...this.#devices.values()]) channel.close();
    this.#idle.clear();
    this.#own.clear();
    this.#places.clear();
    this.#devices.clear();
  }

  #ownChannel(prefix: string, { responseInformation = '' }: ServerInfo): Result<ReplyChannel> {
    const place = `${responseInformation}\0${prefix}`;
    const before = this.#places.get(place);
    if (before) return found(before);
    const filter = this.#below(responseInformation) ?? this.#below(prefix || DEFAULT_PREFIX);
    if (!filter) {
      const params = { topic: prefix, problemKey: `topicName.${topicNameProblem(prefix) ?? 'tooLong'}` };
      return failed(new MqttFlowsError('topic-invalid', { stage: 'request', params }));
    }
    const channel = this.#own.get(filter.wire) ?? new CorrelatedReplies(this.#link, filter, this.#random);
    this.#own.set(filter.wire, channel);
    this.#places.set(place, channel);
    return found(channel);
  }

  /** Another server may want other topics. Those of the server before are kept while replies may come there. */
  #connected(server: ServerInfo): void {
    const before = this.#server?.responseInformation;
    this.#server = server;
    if (before === server.responseInformation) return;
    this.#places.clear();
    for (const [wire, channel] of this.#own) {
      if (!channel.idle) continue;
      channel.close();
      this.#own.delete(wire);
    }
  }

  /** Our response topic below `prefix`; undefined where that is no part of a topic. */
  #below(prefix: string): TopicFilter | undefined {
    const place = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
    if (place === '' || topicNameProblem(place)) return undefined;
    const parsed = parseTopicFilter(`${place}/${this.#id}`);
    return parsed.ok ? parsed.filter : undefined;
  }

  #deviceChannel(filter: TopicFilter): DeviceReplies {
    const known = this.#devices.get(filter.wire);
    if (known) {
      this.#idle.get(known)?.();
      this.#idle.delete(known);
      return known;
    }
    const channel: DeviceReplies = new DeviceReplies(this.#link, filter, () => this.#becameIdle(channel));
    this.#devices.set(filter.wire, channel);
    return channel;
  }

  #becameIdle(channel: DeviceReplies): void {
    this.#idle.get(channel)?.();
    this.#idle.delete(channel);
    this.#idle.set(
      channel,
      this.#clock.after(IDLE, () => this.#drop(channel)),
    );
    const [oldest] = this.#idle.keys();
    if (this.#idle.size > MOST_IDLE && oldest) this.#drop(oldest);
  }

  #drop(channel: DeviceReplies): void {
    this.#idle.get(channel)?.();
    this.#idle.delete(channel);
    this.#devices.delete(channel.filter.wire);
    channel.close();
  }
}
