// Acknowledgements on the wire: few writes, and no memory for a server that does not read them.

import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { type Packet, parser } from 'mqtt-packet';
import { AcknowledgementWriter, PUBACK, PUBCOMP, PUBREC } from '#src/transport/inbound/acknowledgement-writer';

/** A stream that keeps its pieces, and reports them as sent when the test says so. */
class Pieces extends Writable {
  readonly pieces: Buffer[] = [];
  readonly #reads: boolean;

  constructor(reads: boolean) {
    super();
    this.#reads = reads;
  }

  override _write(piece: Buffer, _encoding: string, left: () => void): void {
    this.pieces.push(Buffer.from(piece));
    if (this.#reads) left();
  }

  packets(protocolVersion: 4 | 5): Packet[] {
    const packets: Packet[] = [];
    const reader = parser({ protocolVersion });
    reader.on('packet', (packet) => packets.push(packet));
    reader.parse(Buffer.concat(this.pieces));
    return packets;
  }
}

function writerTo(stream: Writable): { writer: AcknowledgementWriter; overflows: () => number } {
  let count = 0;
  return { writer: new AcknowledgementWriter(stream, () => count++), overflows: () => count };
}

describe('Acknowledgements', () => {
  it('of one turn of the event loop are written together, in order', async () => {
    const stream = new Pieces(true);
    const { writer } = writerTo(stream);
    writer.write(PUBACK, 1);
    writer.write(PUBREC, 0xffff, 0x83);
    writer.write(PUBCOMP, 258);
    assert.equal(stream.pieces.length, 0);
    await turn();
    assert.equal(stream.pieces.length, 1);
    const told = stream.packets(5).map((packet) => {
      const reasonCode = 'reasonCode' in packet ? packet.reasonCode : undefined;
      return [packet.cmd, packet.messageId, reasonCode];
    });
    assert.deepEqual(told, [
      ['puback', 1, 0],
      ['pubrec', 0xffff, 0x83],
      ['pubcomp', 258, 0],
    ]);
  });

  it('are all written, however many there are in one turn of the event loop', async () => {
    const stream = new Pieces(true);
    const { writer, overflows } = writerTo(stream);
    for (let id = 1; id <= 65_535; id++) writer.write(PUBACK, id);
    await turn();
    const told = stream.packets(4).map(({ messageId }) => messageId);
    assert.deepEqual(
      told,
      Array.from({ length: 65_535 }, (_, index) => index + 1),
    );
    assert.equal(overflows(), 0);
  });

  it('may wait unread up to a full window, and not much more', () => {
    const { writer, overflows } = writerTo(new Pieces(false));
    for (let id = 1; id <= 65_535; id++) writer.write(PUBREC, id, 0x83);
    assert.equal(overflows(), 0);
    for (let id = 1; id <= 65_535; id++) writer.write(PUBREC, id, 0x83);
    assert.notEqual(overflows(), 0);
  });

  it('for a stream that has ended are dropped', async () => {
    const stream = new Pieces(true);
    const { writer } = writerTo(stream);
    stream.destroy();
    writer.write(PUBACK, 1);
    await turn();
    assert.equal(stream.pieces.length, 0);
  });
});
