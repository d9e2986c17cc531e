// Payloads that are neither text nor JSON in the sidebar: shown as the message, the topic, the flow or the user says, and
// published in a format.

import assert from 'node:assert/strict';
import { deflateSync, gzipSync } from 'node:zlib';
import { requestDefaults } from '#src/settings/request.config';
import { stateDefaults, stateRowDefaults } from '#src/settings/state.config';
import { subscribeDefaults, subscriptionDefaults } from '#src/settings/subscribe.config';
import { codecNamed } from '../../core/formats/format-runs';
import { accessibilityFaults } from '../../helpers/editor/accessibility';
import type { EditorPage } from '../../helpers/editor/editor-page';
import { TopicsSession } from '../../helpers/editor/topics-session';
import type { TopicsTab } from '../../helpers/editor/topics-tab';

const SCHEMA = 'syntax = "proto3"; package plant; message Reading { double value = 1; string unit = 2; }';

/** A node that subscribes to Protobuf, so that the sidebar knows the message. */
const READINGS = {
  ...subscribeDefaults,
  id: 'readings',
  type: 'mqtt-flows-subscribe',
  z: 'tab',
  x: 200,
  y: 200,
  broker: 'broker',
  format: 'protobuf',
  schema: SCHEMA,
  messageType: 'plant.Reading',
  subscriptions: [{ ...subscriptionDefaults, filter: 'readings/#' }],
  wires: [[]],
};

// A flow of an earlier version has no such property.
const { formatOptions: _new, ...EARLIER } = READINGS;

/** A node whose format another package has registered. */
const FIELDS = {
  ...{ ...READINGS, id: 'lines', name: 'lines', y: 260, format: 'fields', schema: '', messageType: '' },
  formatOptions: { fields: { separator: 'comma' } },
  subscriptions: [{ ...subscriptionDefaults, filter: 'lines/#' }],
};

const PLACE = { z: 'tab', x: 200, y: 320, broker: 'broker', wires: [[]] };

/** A node that keeps values of another format, and one that asks devices in one format and is answered in another. */
const LEVELS = {
  ...{ ...stateDefaults, ...PLACE, id: 'levels', name: 'levels', type: 'mqtt-flows-state', format: 'cbor' },
  subscriptions: [{ ...stateRowDefaults, filter: 'levels/#' }],
};
const ASKING = {
  ...{ ...requestDefaults, ...PLACE, id: 'asking', name: 'asking', y: 380, type: 'mqtt-flows-request' },
  ...{ topic: 'ask/{{device}}', format: 'messagepack' },
  ...{ answerTo: 'device', responseTopic: 'told/{{device}}', replyFormat: 'cbor' },
};

function bytes(format: string, value: unknown): Buffer {
  const encoded = codecNamed(format).encode(value);
  assert.ok(encoded?.ok, format);
  return Buffer.from(encoded.payload);
}

/** A PNG of 8 × 6 pixels, in one colour. */
function picture(): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(8, 0);
  header.writeUInt32BE(6, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(8 * 3, 200)]);
  const data = deflateSync(Buffer.concat(new Array(6).fill(row)));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from(type), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(checksum(content), 4);
  return Buffer.concat([ends.subarray(0, 4), content, ends.subarray(4)]);
}

/** CRC-32, as PNG has it; Node.js 20 has none of its own. */
function checksum(content: Buffer): number {
  let value = 0xffffffff;
  for (const byte of content) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return (value ^ 0xffffffff) >>> 0;
}

describe('payloads of other formats in the sidebar', function () {
  this.timeout(300_000);
  let session: TopicsSession;
  let editor: EditorPage;
  let topics: TopicsTab;

  before(async function () {
    session = await TopicsSession.start(this, [EARLIER, FIELDS, LEVELS, ASKING]);
  });

  beforeEach(async () => {
    ({ editor, topics } = await session.open());
    await topics.start('#');
    await topics.openAll();
  });

  afterEach(async () => {
    editor.assertNoErrors();
    await editor.close();
  });

  after(() => session?.stop());

  const form = (): ReturnType<TopicsTab['pane']['getByLabel']> => topics.pane.getByLabel('Show the payload as');

  it('are a tree where the content type names them, also when they are compressed', async () => {
    const value = {
      name: 'pump',
      total: 2n ** 60n,
      raw: Buffer.from('0102ff', 'hex'),
      at: new Date(1_700_000_000_000),
    };
    await session.publish('cbor/pump', bytes('cbor', value), false, { contentType: 'application/cbor' });
    await topics.row('pump').click();
    await topics.pane.getByText('1152921504606846976').waitFor();
    await topics.pane.getByText('01 02 ff (3 bytes)').waitFor();
    await topics.pane.getByText('2023-11-14T22:13:20.000Z').waitFor();
    await session.publish('cbor/valve', gzipSync(bytes('cbor', { open: [1, 2] })), false, {
      contentType: 'application/cbor',
      userProperties: { 'content-encoding': 'gzip' },
    });
    await topics.row('valve').click();
    await topics.pane.getByText('open: ').waitFor();
  });

  it('are read in the format that the user chooses, in the history and the chart too', async () => {
    for (const level of [11, 12]) await session.publish('tank/level', bytes('messagepack', { level }));
    await topics.row('level').click();
    await form().selectOption({ label: 'MessagePack' });
    await topics.pane.getByText('12', { exact: true }).waitFor();
    await topics.tab('History').click();
    await topics.pane.getByText('-   "level": 11').waitFor();
    await topics.tab('Chart').click();
    await topics.pane.locator('.mqtt-flows-now', { hasText: '12' }).waitFor();
    await topics.tab('Value').click();
    await form().selectOption({ label: 'CBOR' });
    await topics.pane.getByText(/^The payload cannot be read: it is not CBOR/).waitFor();
    await form().selectOption({ label: 'Hex' });
    await topics.pane.getByText(/^0000 {2}81 a5/).waitFor();
  });

  it('of Sparkplug are a table, with the names of the birth that was recorded', async () => {
    const metrics = [{ name: 'Temperature', alias: 7, type: 'Float', value: 21.5, timestamp: Date.now() }];
    await session.publish('spBv1.0/plant/NBIRTH/edge', bytes('sparkplug', { timestamp: 1, seq: 0, metrics }));
    const data = {
      timestamp: 2,
      seq: 1,
      metrics: [
        { alias: 7, value: 22.5, type: 'Float' },
        { alias: 9, value: true },
      ],
    };
    await session.publish('spBv1.0/plant/NDATA/edge', bytes('sparkplug', data));
    // It opens the branches that are there: that of NDATA may come a moment later.
    while ((await topics.row('edge').count()) < 2) await topics.openAll();
    await topics.row('edge').last().click();
    const table = topics.pane.getByRole('table');
    await table.getByRole('row', { name: /Temperature 22\.5 Float/ }).waitFor();
    await table.getByRole('row', { name: /alias 9 true/ }).waitFor();
  });

  it('of Protobuf are read as the flow reads them, or as a message that the flow knows', async () => {
    const reading = Buffer.from('0900000000000035401202c2b0', 'hex');
    await session.publish('readings/tank', reading);
    await topics.row('tank').last().click();
    await topics.pane.getByText('21', { exact: true }).waitFor();
    await session.publish('others/valve9', reading);
    await topics.row('valve9').click();
    await form().selectOption({ label: 'Protobuf: plant.Reading' });
    await topics.pane.getByText('value: ').waitFor();
  });

  it('of a topic state or a request node are read as these are set to, of each topic that they use', async () => {
    for (const [topic, format] of [
      ['levels/basin', 'cbor'],
      ['ask/hall/lamp3', 'messagepack'],
      ['told/hall/lamp4', 'cbor'],
    ] as const) {
      await session.publish(topic, bytes(format, { from: topic }));
      await topics.row(topic.split('/').at(-1) ?? '').click();
      await topics.pane.getByText(`"${topic}"`).waitFor();
    }
    // The links to the nodes lead there, also when another topic is selected meanwhile.
    await topics.tab('Used by').click();
    await topics.pane.getByRole('button', { name: 'asking' }).waitFor();
    await topics.row('basin').click();
    const levels = topics.pane.getByRole('button', { name: 'levels' });
    await editor.seeing('.red-ui-flow-node-highlighted', '', () => levels.click());
  });

  it('that are pictures are shown, and a picture that can execute is text', async () => {
    await session.publish('camera/door', picture());
    await topics.row('door').click();
    const image = topics.pane.getByRole('img');
    const width = await image.evaluate(async (element) => {
      const shown = element as HTMLImageElement;
      await shown.decode();
      return shown.naturalWidth;
    });
    assert.equal(width, 8);
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>window.ran = true</script></svg>';
    await session.publish('camera/drawing', svg, false, { contentType: 'image/svg+xml' });
    await topics.row('drawing').click();
    await topics.pane.locator('pre', { hasText: '<script>' }).waitFor();
    assert.equal(await topics.pane.getByRole('img').count(), 0);
  });

  it('of another package are read as the flow reads them, with its options, and published', async () => {
    await session.publish('lines/one', 'pump,21.5');
    await topics.row('one').click();
    await topics.pane.getByText('"pump"', { exact: true }).waitFor();
    await session.publish('other/two', 'valve,open');
    await topics.row('two').click();
    await form().selectOption({ label: 'Fields of a line' });
    await topics.pane.getByText('"valve"', { exact: true }).waitFor();
    await topics.tab('Publish').click();
    await topics.pane.getByLabel('Format of the payload').selectOption({ label: 'Fields of a line' });
    await topics.pane.getByLabel('Payload', { exact: true }).fill('["a", 2]');
    await topics.pane.getByRole('button', { name: 'Try' }).click();
    await topics.pane.getByText(/^0000 {2}61 2c 32/).waitFor();
  });

  it('of another package have its options in the dialog', async () => {
    const dialog = await editor.openDialog('lines');
    const separator = dialog.getByLabel('Separator');
    await separator.waitFor();
    assert.equal(await separator.inputValue(), 'comma');
    assert.equal(await dialog.getByLabel('Numbers').isChecked(), false);
    await editor.screenshot('format-options');
    await separator.selectOption('tab');
    await dialog.getByLabel('Numbers').check();
    assert.deepEqual(await accessibilityFaults(dialog.locator('#dialog-form')), []);
    await dialog.locator('#node-input-format').selectOption('json');
    await separator.waitFor({ state: 'hidden' });
    await dialog.locator('#node-input-format').selectOption({ label: 'Fields of a line' });
    await editor.saveDialog(dialog);
    await editor.deploy();
    const lines = session.editor.saved<{ id: string; type: string; formatOptions: unknown }>('mqtt-flows-subscribe');
    const saved = lines.find(({ id }) => id === 'lines')?.formatOptions;
    assert.deepEqual(saved, { fields: { separator: 'tab', numbers: true } });
    const earlier = await editor.openDialog('readings/#');
    await earlier.locator('#node-input-format').selectOption({ label: 'Fields of a line' });
    await earlier.getByLabel('Separator').waitFor();
    await editor.cancelDialog(earlier);
    const again = await editor.openDialog('lines');
    await dialog.getByLabel('Numbers').waitFor();
    assert.equal(await dialog.getByLabel('Numbers').isChecked(), true);
    await editor.saveDialog(again);
    assert.equal(await editor.changed(), false);
  });

  it('that claim to be larger than they are slow nobody down', async () => {
    // An array of 200,000 nulls, and 60 MB in 60 kB.
    const many = Buffer.concat([Buffer.from('9a00030d40', 'hex'), Buffer.alloc(200_000, 0xf6)]);
    await session.publish('hostile/many', many, false, { contentType: 'application/cbor' });
    await topics.row('many').click();
    await topics.pane.getByText(/and [\d,]+ more/).waitFor();
    await session.publish('hostile/bomb', gzipSync(Buffer.alloc(60_000_000)), false, {
      contentType: 'application/json+gzip',
    });
    await topics.row('bomb').click();
    await topics.pane.getByText(/inflated, it has more than/).waitFor();
  });

  it('are published in a format, and tried before', async () => {
    await session.publish('orders/new', '{"count":3}');
    await topics.row('new').click();
    await topics.tab('Publish').click();
    await topics.pane.getByLabel('Format of the payload').selectOption({ label: 'CBOR' });
    await topics.pane.getByLabel('content type').check();
    await topics.pane.getByRole('button', { name: 'Try' }).click();
    await topics.pane.getByText('8 bytes · application/cbor').waitFor();
    await topics.pane.getByText(/^0000 {2}a1 65 63 6f/).waitFor();
    await session.device.subscribeAsync('orders/#');
    const arrived = new Promise<{ payload: Buffer; contentType: string | undefined }>((resolve) => {
      session.device.on('message', (_topic, payload, packet) => {
        if (payload[0] === 0xa1) resolve({ payload, contentType: packet.properties?.contentType });
      });
    });
    await topics.pane.getByRole('button', { name: 'Publish', exact: true }).click();
    await topics.pane.getByText('Published.').waitFor();
    const { payload, contentType } = await arrived;
    assert.deepEqual([payload.toString('hex'), contentType], ['a165636f756e7403', 'application/cbor']);
    await topics.pane.getByLabel('Payload', { exact: true }).fill('{oops');
    await topics.pane.getByRole('button', { name: 'Try' }).click();
    await topics.pane.getByText(/it is not JSON/).waitFor();
  });
});
