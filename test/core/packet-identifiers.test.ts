// Packet identifiers: none is used twice at a time, and each is reused as late as possible.

import assert from 'node:assert/strict';
import {
  CONNECTION_IDENTIFIERS,
  OUTBOUND_IDENTIFIERS,
  PacketIdentifiers,
} from '#src/core/publications/packet-identifiers';

describe('packet identifiers', () => {
  const few = { first: 10, last: 13 };

  it('are allocated in turn, from a start within the range', () => {
    const identifiers = new PacketIdentifiers(few, 0.5);
    assert.deepEqual(
      [1, 2, 3, 4].map(() => identifiers.allocate()),
      [12, 13, 10, 11],
    );
  });

  it('run out, and come back when freed', () => {
    const identifiers = new PacketIdentifiers(few, 0);
    for (let count = 0; count < 4; count++) identifiers.allocate();
    assert.equal(identifiers.allocate(), undefined);
    identifiers.free(11);
    identifiers.free(11);
    assert.equal(identifiers.allocate(), 11);
    assert.equal(identifiers.allocate(), undefined);
  });

  it('that are in use are skipped', () => {
    const identifiers = new PacketIdentifiers(few, 0);
    assert.equal(identifiers.use(10), true);
    assert.equal(identifiers.use(10), false);
    assert.equal(identifiers.use(14), false);
    assert.equal(identifiers.use(0), false);
    assert.equal(identifiers.allocate(), 11);
  });

  it('continue after the last one when all have been freed', () => {
    const identifiers = new PacketIdentifiers(few, 0);
    identifiers.allocate();
    identifiers.allocate();
    identifiers.clear();
    assert.equal(identifiers.allocate(), 12);
  });

  it('that are in use are known', () => {
    const identifiers = new PacketIdentifiers(few, 0.5);
    for (let count = 0; count < 3; count++) identifiers.allocate();
    identifiers.free(13);
    assert.deepEqual(identifiers.inUse, [10, 12]);
  });

  it('of publications and of connections are separate ranges, and together all of MQTT', () => {
    assert.equal(OUTBOUND_IDENTIFIERS.first, 1);
    assert.equal(CONNECTION_IDENTIFIERS.first, OUTBOUND_IDENTIFIERS.last + 1);
    assert.equal(CONNECTION_IDENTIFIERS.last, 65_535);
  });
});
