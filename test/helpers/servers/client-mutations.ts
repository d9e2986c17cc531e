// What a broken or hostile client may send: the packets of packet-mutations.ts, with those of a client in their middle.

import type { IConnectPacket, Packet } from 'mqtt-packet';
import { PacketMutations } from './packet-mutations';

const FORMS = {
  good: (m) => m.good(),
  flipped: (m) => m.flipped(m.good()),
  cut: (m) => m.cut(m.good()),
  truncated: (m) => m.withLength(m.body(m.cut(m.good()))),
  wrongLength: (m) => m.withLength(m.body(m.good()), m.below(3) === 0 ? m.below(2 ** 28) : m.below(200)),
  endlessLength: (m) => Buffer.from([m.below(256), 0xff, 0xff, 0xff, 0xff, m.below(256)]),
  wrongFlags: (m) => m.withFirstByte(m.good(), m.below(256)),
  alias: (m) => m.publish(m.pick(['', 'fuzz/alias']), m.below(3), [0x23, m.below(2), m.below(256)]),
  oversized: (m) => m.publish('fuzz/large', m.below(3), [], 20_000 + m.below(20_000)),
  badTopic: (m) => m.publish(m.pick(['#', 'fuzz/+', '\0', '', '$SYS/broker/x', 'f'.repeat(3000)]), m.below(3), []),
  badQoS: (m) => m.publish('fuzz/qos', 3, []),
  badFilter: (m) => m.packet({ ...SUBSCRIBE, subscriptions: [{ topic: m.badFilter(), qos: 1, nl: true }] }),
  unanswered: (m) => m.publish(`fuzz/${m.below(50)}`, 2, []),
  acknowledgement: (m) => m.acknowledgement(),
  retained: (m) => m.packet({ ...PUBLISH, topic: `fuzz/kept/${m.below(5000)}`, retain: true }),
  truncatedProperties: (m) => m.publish('fuzz/properties', m.below(3), m.cutProperties()),
  wrongPropertiesLength: (m) => m.withPropertiesLength(),
  ofAServer: (m) => m.withLength(Buffer.from([m.pick([0x20, 0x90, 0xb0, 0xd0]), ...m.some(m.below(8))])),
  auth: (m) => m.withLength(Buffer.from([0xf0, ...m.some(m.below(12))])),
  disconnect: (m) => m.withLength(Buffer.from([0xe0, ...m.some(m.below(8))])),
  noise: (m) => Buffer.from(m.some(1 + m.below(60))),
} satisfies Record<string, (mutations: ClientMutations) => Buffer>;

export type ClientMutationKind = keyof typeof FORMS;

export const CLIENT_MUTATION_KINDS = Object.keys(FORMS) as ClientMutationKind[];

const SUBSCRIBE = { cmd: 'subscribe', messageId: 9 } as const;
const PUBLISH = { cmd: 'publish', payload: 'kept', qos: 1, messageId: 8, retain: false, dup: false } as const;

export class ClientMutations extends PacketMutations {
  nextOfClient(): { readonly kind: ClientMutationKind; readonly bytes: Buffer } {
    const kind = this.pick(CLIENT_MUTATION_KINDS);
    return { kind, bytes: FORMS[kind](this) };
  }

  /** One in four is not as it should be. */
  connect(protocolVersion: 3 | 4 | 5): { readonly good: boolean; readonly bytes: Buffer } {
    const bytes = this.packet(this.#connectPacket(protocolVersion));
    const change = this.pick(['', '', '', 'flipped', 'cut', 'noise'] as const);
    if (change === '') return { good: true, bytes };
    const changed = change === 'noise' ? Buffer.from([0x10, ...this.some(this.below(40))]) : this[change](bytes);
    return { good: false, bytes: changed };
  }

  override good(): Buffer {
    return this.packet(this.pick([...this.clientPackets(), ...this.#morePackets()]));
  }

  badFilter(): string {
    return this.pick([
      '',
      'a/#/b',
      'a+',
      '$share/',
      '$share/g/',
      '$share/+/x',
      '$share/g/fuzz/#',
      '\0',
      '+/'.repeat(200),
    ]);
  }

  #connectPacket(protocolVersion: 3 | 4 | 5): IConnectPacket {
    const will = { topic: `fuzz/will/${this.below(9)}`, payload: Buffer.from('will'), qos: 1, retain: false } as const;
    const clean = this.below(2) === 0;
    return {
      cmd: 'connect',
      protocolId: protocolVersion === 3 ? 'MQIsdp' : 'MQTT',
      protocolVersion,
      // Few, so that they come back to their sessions and take over those of others.
      clientId: `fuzz-${this.below(40)}`,
      clean,
      keepalive: this.below(100),
      username: 'fuzz',
      password: Buffer.from('fuzz'),
      ...(this.below(2) === 0 ? { will } : {}),
      ...(protocolVersion === 5
        ? {
            properties: {
              sessionExpiryInterval: this.below(100),
              receiveMaximum: 1 + this.below(10),
              maximumPacketSize: 20 + this.below(2000),
              topicAliasMaximum: this.below(4),
            },
          }
        : {}),
    };
  }

  #morePackets(): Packet[] {
    const messageId = 1 + this.below(65_535);
    return [
      ...([0, 1, 2] as const).map(
        (qos): Packet => ({
          ...PUBLISH,
          topic: `fuzz/${this.below(50)}`,
          payload: Buffer.from(this.some(this.below(40))),
          qos,
          messageId,
          properties: {
            contentType: 'text/plain',
            messageExpiryInterval: this.below(100),
            responseTopic: 'fuzz/answer',
          },
        }),
      ),
      {
        ...SUBSCRIBE,
        messageId,
        subscriptions: [{ topic: this.pick(['fuzz/#', 'fuzz/+', '$share/g/fuzz/#']), qos: 2 }],
      },
      { cmd: 'unsubscribe', messageId, unsubscriptions: ['fuzz/#'] },
      { cmd: 'puback', messageId: this.below(20) + 1 },
      { cmd: 'pubrec', messageId: this.below(20) + 1 },
      { cmd: 'pubrel', messageId: this.below(20) + 1 },
      { cmd: 'pubcomp', messageId: this.below(20) + 1 },
    ];
  }
}
