// Cutting a stream into packets: however its bytes are divided, the packets are the same.

import assert from 'node:assert/strict';
import { generate, type Packet } from 'mqtt-packet';
import { PacketCutter, PIECE } from '#src/transport/mqttjs/packet-cutter';

const publish: Packet = { cmd: 'publish', topic: 'a', payload: 'x'.repeat(200), qos: 0, retain: false, dup: false };
const puback: Packet = { cmd: 'puback', messageId: 1 };
const suback: Packet = { cmd: 'suback', messageId: 1, granted: [0] };
const pingresp: Packet = { cmd: 'pingresp' };

const bytesOf = (...packets: Packet[]): Buffer => Buffer.concat(packets.map((packet) => generate(packet)));

describe('transport/packet cutter', () => {
  it('keeps packets together that mqtt.js only passes on', () => {
    const bytes = bytesOf(publish, puback, pingresp, publish);
    assert.deepEqual(new PacketCutter().cut(bytes), [bytes]);
  });

  it('ends a piece with a packet when it is long enough', () => {
    const { length } = bytesOf(publish);
    const bytes = bytesOf(...Array.from({ length: 300 }, () => publish));
    const pieces = new PacketCutter().cut(bytes);
    assert.deepEqual(Buffer.concat(pieces), bytes);
    for (const piece of pieces.slice(0, -1)) {
      assert.equal(piece.length % length, 0);
      assert.ok(piece.length >= PIECE && piece.length < PIECE + length, `a piece of ${piece.length}`);
    }
    assert.ok((pieces.at(-1)?.length ?? 0) <= PIECE + length);
  });

  it('does not divide a packet that is long itself', () => {
    const bytes = bytesOf({ ...publish, payload: 'x'.repeat(10 * PIECE) });
    assert.deepEqual(new PacketCutter().cut(bytes), [bytes]);
  });

  it('gives a piece of its own to each packet that mqtt.js handles', () => {
    assert.deepEqual(new PacketCutter().cut(bytesOf(publish, suback, suback, puback, publish)), [
      bytesOf(publish),
      bytesOf(suback),
      bytesOf(suback),
      bytesOf(puback, publish),
    ]);
  });

  it('does the same however the network divides the stream', () => {
    const packets = [suback, publish, suback, puback, suback, pingresp];
    const bytes = bytesOf(...packets);
    for (let length = 1; length < bytes.length; length++) {
      const cutter = new PacketCutter();
      const pieces: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += length) pieces.push(...cutter.cut(bytes.subarray(at, at + length)));
      assert.deepEqual(Buffer.concat(pieces), bytes);
      let at = 0;
      const borders = new Set(pieces.map((piece) => (at += piece.length)));
      let end = 0;
      for (const packet of packets) {
        if (packet.cmd === 'suback') assert.ok(end === 0 || borders.has(end), `before, in pieces of ${length}`);
        end += generate(packet).length;
        if (packet.cmd === 'suback') assert.ok(borders.has(end), `after, in pieces of ${length}`);
      }
    }
  });

  it('passes on bytes that are no MQTT', () => {
    const cutter = new PacketCutter();
    const garbage = Buffer.alloc(64, 0xff);
    assert.deepEqual(Buffer.concat([...cutter.cut(garbage), ...cutter.cut(garbage)]), Buffer.alloc(128, 0xff));
  });

  it('knows from its first bytes that a packet is too large, and how large', () => {
    const { length } = bytesOf(publish);
    const header = bytesOf(publish).subarray(0, 3);
    for (const [limit, expected] of [
      [length, undefined],
      [length - 1, length],
    ] as const) {
      const cutter = new PacketCutter(limit);
      for (const byte of [...bytesOf(puback), ...header]) cutter.cut(Buffer.of(byte));
      assert.equal(cutter.tooLarge, expected);
    }
  });

  it('leaves out publications at QoS 0 that are not admitted, and nothing else', () => {
    const acknowledged: Packet = { ...publish, qos: 1, messageId: 7 };
    const asked: boolean[] = [];
    const admits = (): boolean => {
      asked.push(asked.length % 2 === 0);
      return asked.length % 2 === 1;
    };
    const packets = [publish, publish, acknowledged, suback, publish, publish, puback];
    const pieces = new PacketCutter(undefined, admits).cut(bytesOf(...packets));
    assert.deepEqual(Buffer.concat(pieces), bytesOf(publish, acknowledged, suback, publish, puback));
    assert.equal(asked.length, 4);
  });

  it('leaves out the rest of such a packet as it arrives, unless its first byte was passed on', () => {
    const bytes = bytesOf(publish, puback, publish, suback);
    const { length } = bytesOf(publish);
    for (let cut = 1; cut < bytes.length; cut++) {
      const cutter = new PacketCutter(undefined, () => false);
      const left = Buffer.concat([...cutter.cut(bytes.subarray(0, cut)), ...cutter.cut(bytes.subarray(cut))]);
      // The header is three bytes long.
      const first: Packet[] = cut < 3 ? [publish] : [];
      const second: Packet[] = cut > length + 4 && cut < length + 7 ? [publish] : [];
      assert.deepEqual(left, bytesOf(...first, puback, ...second, suback), `cut at ${cut}`);
    }
  });
});
