// A server that leaves more unacknowledged than there are packet identifiers, which nothing but a fault makes possible.

import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import type { IPublishPacket } from 'mqtt';
import { AcknowledgementWriter } from '#src/transport/inbound/acknowledgement-writer';
import { InboundFlow } from '#src/transport/inbound/inbound-flow';
import { InboundSession } from '#src/transport/inbound/inbound-session';
import type { Receipt } from '#src/transport/transport';

const OPTIONS = { server: 's', clientId: 'c', keepalive: 60, cleanStart: true } as const;

function publish(qos: 1 | 2, messageId: number): IPublishPacket {
  return { cmd: 'publish', topic: 'a', payload: Buffer.alloc(0), length: 5, qos, messageId, retain: false, dup: false };
}

describe('The widest window', () => {
  for (const protocolVersion of [4, 5] as const) {
    for (const qos of [1, 2] as const) {
      it(`has 65,535 publications by MQTT ${protocolVersion}; one more at QoS ${qos} ends the connection`, () => {
        const violations: number[] = [];
        const receipts: Receipt[] = [];
        const writer = new AcknowledgementWriter(new PassThrough().resume(), assert.fail);
        const flow = new InboundFlow({ ...OPTIONS, protocolVersion }, new InboundSession(), writer, {
          message: (_publication, receipt) => receipt && receipts.push(receipt),
          crowded: () => assert.fail('it is crowded'),
          violated: ({ reasonCode }) => violations.push(reasonCode),
        });
        flow.start();
        // At both levels of QoS, each of which has identifiers of its own here.
        for (let identifier = 1; identifier <= 65_535; identifier++) {
          flow.take(publish(identifier % 2 === 0 ? 2 : 1, identifier));
        }
        assert.deepEqual([receipts.length, violations.length], [65_535, 0]);
        flow.take(publish(qos, qos === 1 ? 2 : 1));
        assert.deepEqual([receipts.length, violations], [65_535, [0x93]]);
      });
    }
  }
});
