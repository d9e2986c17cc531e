// Packets of a broken or hostile server: some are wrong on purpose, others are valid packets with changed bytes.

import { generate, type Packet } from 'mqtt-packet';

export interface Mutation {
  readonly kind: MutationKind;
  readonly bytes: Buffer;
}

/** Packet identifiers for which the client awaits an answer. */
export interface Pending {
  readonly publications: readonly number[];
  readonly subscriptions: readonly number[];
}

/** The CONNECT of the client under test. */
export const CLIENT_LIMITS = { receiveMaximum: 10, maximumPacketSize: 10_000, topicAliasMaximum: 5 } as const;

const FORMS = {
  flipped: (m) => m.flipped(m.good()),
  flippedConnack: (m) => m.flipped(m.connack()),
  cut: (m) => m.cut(m.good()),
  truncated: (m) => m.withLength(m.body(m.cut(m.good()))),
  wrongLength: (m) => m.withLength(m.body(m.good()), m.below(3) === 0 ? m.below(2 ** 28) : m.below(200)),
  endlessLength: (m) => Buffer.from([m.below(256), 0xff, 0xff, 0xff, 0xff, m.below(256)]),
  wrongFlags: (m) => m.withFirstByte(m.good(), m.below(256)),
  unknownAlias: (m) => m.publish('', m.below(3), [0x23, 0, m.below(8)]),
  aliasOutOfRange: (m) => m.publish(`fuzz/${m.below(9)}`, m.below(3), [0x23, m.below(256), m.below(256)]),
  oversized: (m) => m.publish('fuzz/large', m.below(3), [], CLIENT_LIMITS.maximumPacketSize + m.below(20_000)),
  badTopic: (m) => m.publish(m.pick(['#', 'a/+', '\0', '', 'fuzz/\ufffd', 'x'.repeat(3000)]), m.below(3), []),
  badQoS: (m) => m.publish('fuzz/qos', 3, []),
  tooFewCodes: (m) => m.answer(0x90, m.subscription(), []),
  tooManyCodes: (m) => m.answer(0x90, m.subscription(), m.some(2 + m.below(60))),
  wrongCode: (m) => m.answer(0x90, m.subscription(), [m.below(256)]),
  unsubackCodes: (m) => m.answer(0xb0, m.subscription(), m.some(m.below(5))),
  auth: (m) => m.withLength(Buffer.from([0xf0, ...m.some(m.below(12))])),
  acknowledgement: (m) => m.acknowledgement(),
  secondConnack: (m) => m.connack(),
  ofAClient: (m) => m.packet(m.pick(m.clientPackets())),
  truncatedProperties: (m) => m.publish('fuzz/properties', m.below(3), m.cutProperties()),
  wrongPropertiesLength: (m) => m.withPropertiesLength(),
  disconnect: (m) => m.withLength(Buffer.from([0xe0, ...m.some(m.below(6))])),
  noise: (m) => Buffer.from(m.some(1 + m.below(60))),
} satisfies Record<string, (mutations: PacketMutations) => Buffer>;

export type MutationKind = keyof typeof FORMS;

export const MUTATION_KINDS = Object.keys(FORMS) as MutationKind[];

const USER_PROPERTIES = { a: ['1', '2'], ä: '3' };

/** Yields the same packets for the same random numbers. */
export class PacketMutations {
  readonly #random: () => number;
  readonly #protocolVersion: 4 | 5;
  #pending: Pending = { publications: [], subscriptions: [] };

  constructor(random: () => number, protocolVersion: 4 | 5) {
    this.#random = random;
    this.#protocolVersion = protocolVersion;
  }

  next(pending: Pending): Mutation {
    this.#pending = pending;
    const kind = this.pick(MUTATION_KINDS);
    return { kind, bytes: FORMS[kind](this) };
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  pick<T>(from: readonly [T, ...T[]] | readonly T[]): T {
    const picked = from[this.below(from.length)];
    if (picked === undefined) throw new Error('nothing to pick from');
    return picked;
  }

  some(count: number): number[] {
    return Array.from({ length: count }, () => this.below(256));
  }

  packet(packet: Packet): Buffer {
    return generate(packet, { protocolVersion: this.#protocolVersion });
  }

  good(): Buffer {
    return this.packet(this.pick(this.#serverPackets()));
  }

  connack(): Buffer {
    const code = this.pick([0, 0, 0, 1, 2, 5, 0x80, 0x84, 0x87, 0x8a, 0x9c]);
    const sessionPresent = this.below(2) === 1;
    if (this.#protocolVersion === 4) return this.packet({ cmd: 'connack', sessionPresent, returnCode: code });
    return this.packet({
      cmd: 'connack',
      sessionPresent,
      reasonCode: code,
      properties: {
        receiveMaximum: 1 + this.below(100),
        maximumQoS: this.below(2),
        retainAvailable: this.below(2) === 1,
        maximumPacketSize: 1 + this.below(10_000),
        assignedClientIdentifier: `assigned-${this.below(100)}`,
        topicAliasMaximum: this.below(10),
        reasonString: 'fuzz',
        userProperties: USER_PROPERTIES,
        serverKeepAlive: this.below(100),
      },
    });
  }

  /** An acknowledgement that may be solicited or not, with or without a reason code. */
  acknowledgement(): Buffer {
    const first = this.pick([0x40, 0x50, 0x62, 0x70, 0x40 | this.below(16)]);
    return this.answer(first, this.#publication(), this.some(this.below(4)), false);
  }

  subscription(): number {
    return this.#identifier(this.#pending.subscriptions);
  }

  answer(first: number, id: number, codes: readonly number[], properties = this.#protocolVersion === 5): Buffer {
    return this.withLength(Buffer.from([first, id >> 8, id & 255, ...(properties ? [0] : []), ...codes]));
  }

  publish(topic: string, qos: number, properties: readonly number[], size = this.below(30)): Buffer {
    const name = Buffer.from(topic);
    const id = this.#publication();
    const v5 = this.#protocolVersion === 5;
    const head = [0x30 | (qos << 1) | this.pick([0, 1, 8]), name.length >> 8, name.length & 255, ...name];
    const rest = [...(qos > 0 ? [id >> 8, id & 255] : []), ...(v5 ? [properties.length, ...properties] : [])];
    return this.withLength(Buffer.concat([Buffer.from([...head, ...rest]), Buffer.alloc(size, 'x')]));
  }

  /** A property that claims more bytes than there are, or more properties than are allowed. */
  cutProperties(): number[] {
    const start = this.pick([0x26, 0x03, 0x08, 0x09, 0x0b, 0x02, 0x01, 0x23, 0x7f]);
    return [start, ...this.some(this.below(6))];
  }

  withPropertiesLength(): Buffer {
    const name = Buffer.from('fuzz/length');
    const length = this.pick([[0xff, 0xff, 0xff, 0x7f], [0xff, 0xff, 0xff, 0xff, 0x01], [this.below(128)], [0x80]]);
    return this.withLength(Buffer.from([0x30, 0, name.length, ...name, ...length, ...this.some(this.below(20))]));
  }

  flipped(bytes: Buffer): Buffer {
    const result = Buffer.from(bytes);
    for (let left = 1 + this.below(8); left > 0; left--) {
      const at = this.below(result.length);
      result[at] = (result[at] ?? 0) ^ (this.below(2) === 0 ? 1 << this.below(8) : this.below(256));
    }
    return result;
  }

  cut(bytes: Buffer): Buffer {
    return bytes.subarray(0, 1 + this.below(bytes.length));
  }

  /** The first byte of a packet, and everything after its length of one or two bytes. */
  body(bytes: Buffer): Buffer {
    const lengthBytes = (bytes[1] ?? 0) > 127 ? 2 : 1;
    return Buffer.concat([bytes.subarray(0, 1), bytes.subarray(1 + lengthBytes)]);
  }

  /** Puts the length, or a wrong one, behind the first byte. */
  withLength(body: Buffer, length = body.length - 1): Buffer {
    const encoded: number[] = [];
    let left = length;
    do {
      encoded.push((left % 128) + (left > 127 ? 128 : 0));
      left = Math.floor(left / 128);
    } while (left > 0);
    return Buffer.concat([body.subarray(0, 1), Buffer.from(encoded), body.subarray(1)]);
  }

  withFirstByte(bytes: Buffer, first: number): Buffer {
    return Buffer.concat([Buffer.from([first]), bytes.subarray(1)]);
  }

  clientPackets(): Packet[] {
    return [
      { cmd: 'connect', protocolId: 'MQTT', protocolVersion: this.#protocolVersion, clientId: 'server', clean: true },
      { cmd: 'subscribe', messageId: this.#publication() || 1, subscriptions: [{ topic: 'a', qos: 1 }] },
      { cmd: 'unsubscribe', messageId: this.#publication() || 1, unsubscriptions: ['a'] },
      { cmd: 'pingreq' },
    ];
  }

  #serverPackets(): Packet[] {
    const id = this.#publication() || 1;
    return [
      ...([0, 1, 2] as const).map((qos): Packet => this.#goodPublish(qos, id)),
      { cmd: 'puback', messageId: id, reasonCode: this.pick([0, 0x10, 0x80]) },
      { cmd: 'pubrec', messageId: id, reasonCode: this.pick([0, 0x10, 0x91]) },
      { cmd: 'pubrel', messageId: id, reasonCode: this.pick([0, 0x92]) },
      { cmd: 'pubcomp', messageId: id, reasonCode: this.pick([0, 0x92]) },
      { cmd: 'suback', messageId: this.subscription() || 1, granted: [this.below(3)] },
      { cmd: 'unsuback', messageId: this.subscription() || 1, granted: [0] },
      { cmd: 'pingresp' },
    ];
  }

  #goodPublish(qos: 0 | 1 | 2, messageId: number): Packet {
    return {
      cmd: 'publish',
      topic: `fuzz/${this.below(100)}`,
      payload: Buffer.from(this.some(this.below(40))),
      qos,
      dup: qos > 0 && this.below(2) === 1,
      retain: this.below(2) === 1,
      messageId,
      properties: {
        topicAlias: 1 + this.below(CLIENT_LIMITS.topicAliasMaximum),
        subscriptionIdentifier: 1 + this.below(4),
        contentType: 'text/plain',
        messageExpiryInterval: this.below(1000),
        correlationData: Buffer.from(this.some(4)),
        userProperties: USER_PROPERTIES,
      },
    };
  }

  #publication(): number {
    return this.#identifier(this.#pending.publications);
  }

  /** An identifier that the client awaits, or any other, including the forbidden 0. */
  #identifier(pending: readonly number[]): number {
    const arbitrary = this.pick([0, 1, 65_535, this.below(65_536)]);
    return pending.length > 0 && this.below(3) > 0 ? this.pick(pending) : arbitrary;
  }
}
