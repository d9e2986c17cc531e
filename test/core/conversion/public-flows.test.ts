// Flows of the kinds that people publish move without anything that stays, to settings that our nodes accept, and back.

import assert from 'node:assert/strict';
import { conversionDefaults } from '#src/core/conversion/conversion-options';
import type { FlowNode } from '#src/core/conversion/flow-node';
import { putCoreNodesBack } from '#src/core/conversion/put-core-nodes-back';
import { replaceCoreNodes } from '#src/core/conversion/replace-core-nodes';
import { convertedFlow } from '#src/core/conversion/replace-nodes';
import { parseBrokerConfig } from '#src/settings/broker.config';
import { parsePublishConfig } from '#src/settings/publish.config';
import type { ConfigResult, RawConfig } from '#src/settings/saved-config';
import { parseSubscribeConfig } from '#src/settings/subscribe.config';
import { PUBLIC_FLOWS } from '../../helpers/flows/public-flows';

const PARSERS: Readonly<Record<string, (raw: RawConfig) => ConfigResult<unknown>>> = {
  'mqtt-flows-broker': parseBrokerConfig,
  'mqtt-flows-subscribe': parseSubscribeConfig,
  'mqtt-flows-publish': parsePublishConfig,
};

/** As Node-RED and the settings read them where a variable has a value. */
function filledIn(flow: readonly FlowNode[]): FlowNode[] {
  return JSON.parse(
    JSON.stringify(flow)
      .replaceAll('${MQTT_PORT}', '1883')
      .replaceAll(/\$\{(\w+)\}/g, '$1'),
  );
}

const CORE = new Set(['mqtt in', 'mqtt out', 'mqtt-broker']);

describe('core/conversion: flows of the kinds that people publish', () => {
  it('are twenty', () => assert.equal(Object.keys(PUBLIC_FLOWS).length, 20));

  for (const [title, flow] of Object.entries(PUBLIC_FLOWS)) {
    describe(title, () => {
      const conversion = replaceCoreNodes(flow, conversionDefaults);
      const moved = convertedFlow(flow, conversion);

      it('is converted completely', () => {
        assert.deepEqual(
          conversion.reports.filter(({ verdict }) => verdict === 'cannot'),
          [],
        );
        assert.deepEqual(
          moved.filter(({ type }) => CORE.has(type)),
          [],
        );
      });

      it('has settings that our nodes accept', () => {
        const read = filledIn(moved).flatMap((each) => PARSERS[each.type]?.(each) ?? []);
        assert.ok(read.length > 1);
        for (const result of read) assert.ok(result.ok, result.ok ? '' : JSON.stringify(result.error));
      });

      it('keeps the identifier, place, wires, group and looks of each node, and all other nodes as they are', () => {
        for (const [index, before] of flow.entries()) {
          const after = moved[index];
          for (const name of ['id', 'z', 'g', 'd', 'l', 'x', 'y', 'name', 'info', 'broker']) {
            if (name !== 'broker' || before.type !== 'mqtt-broker') assert.deepEqual(after?.[name], before[name], name);
          }
          if (before.type !== 'mqtt out') assert.deepEqual(after?.wires, before.wires);
          if (!CORE.has(before.type) && before.type !== 'subflow') assert.equal(after, before);
        }
      });

      it('is converted back completely', () => {
        const back = convertedFlow(moved, putCoreNodesBack(moved));
        const types = (nodes: readonly FlowNode[]): string[] => nodes.map(({ type }) => type);
        assert.deepEqual(types(back).slice(0, flow.length), types(flow));
        for (const [index, before] of flow.entries()) {
          if (before.type === 'mqtt in' || before.type === 'mqtt out') comesBack(before, back[index]);
        }
      });
    });
  }
});

/** What the core node reads is as before; what it does not, and blank values of old flows, may be written differently. */
function comesBack(before: FlowNode, after: FlowNode | undefined): void {
  const text = (value: unknown): string => (value === undefined ? '' : String(value));
  const names =
    before.type === 'mqtt in'
      ? ['broker', 'inputs', 'nl']
      : ['broker', 'topic', 'qos', 'retain', 'respTopic', 'contentType', 'userProps', 'correl', 'expiry'];
  for (const name of names) {
    if (before[name] !== undefined) assert.equal(text(after?.[name]), text(before[name]), name);
  }
  if (before.type === 'mqtt in' && before.inputs !== 1) {
    for (const name of ['topic', 'qos']) assert.equal(text(after?.[name]), text(before[name]), name);
    if (before.datatype !== undefined) assert.equal(after?.datatype, before.datatype);
  }
  assert.deepEqual(after?.wires, before.wires);
}
