// The topic state node: keeps the last value of each topic, answers questions for it, and tells changes and silence.

import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { MqttFlowsError } from '../core/errors/mqtt-flows-error';
import { STATE_ACTIONS } from '../core/state/state-request';
import type { ValueRule } from '../core/values/value-rule';
import { type BrokerLink, useBroker } from '../runtime/broker/broker-node';
import { acceptControl, acceptOwn } from '../runtime/broker/connection-actions';
import { type FormatOfTopic, useFormats } from '../runtime/node/formats-in-use';
import { NodeCodecs } from '../runtime/node/node-codecs';
import { refuseMessages, showProblem } from '../runtime/node/node-problem';
import { readSettings } from '../runtime/node/read-settings';
import { startStateNode } from '../runtime/state/state-node';
import { serveStates, showState } from '../runtime/state/state-table';
import { formatOfTopic } from '../runtime/subscribe/format-of-topic';
import { rowFilters } from '../runtime/subscribe/row-filters';
import { rowValue } from '../runtime/subscribe/row-value';
import { birthsOf } from '../runtime/subscribe/sparkplug-births-of';
import { parseStateConfig, type StateConfig, stateDefaults } from '../settings/state.config';

export = function register(RED: NodeAPI): void {
  function construct(this: Node, definition: StateConfig & NodeDef): void {
    RED.nodes.createNode(this, definition);
    const broker: BrokerLink | undefined = definition.broker ? useBroker(RED, this, definition.broker) : undefined;
    if (broker && !broker.ok) return refuse(this, broker.error, broker.reported);
    const result = readSettings(RED, this, definition, stateDefaults, parseStateConfig, ['schema']);
    if (!result.ok) return refuse(this, result.error);
    const settings = result.config;
    const births = broker && birthsOf(broker.connection);
    const codecs = new NodeCodecs(RED, settings, 'text', births);
    const codec = codecs.find(settings.format);
    if (!codec.ok) return refuse(this, codec.error);
    const values = (rule: ValueRule | undefined) => rowValue(RED, this, rule);
    const common = { RED, node: this, codec: codec.value };
    // Without a broker, the rows say what is watched, and decode nothing.
    const asked = broker ? settings.rows : settings.rows.map((row) => ({ ...row, format: '', value: undefined }));
    const rows = rowFilters({ ...common, codecs, values }, asked);
    if (!rows.ok) return refuse(this, rows.error);
    const parts = { ...common, settings, connection: broker?.connection, rows: rows.value };
    const started = startStateNode(parts);
    if (!started.ok) return refuse(this, started.error);
    const running = started.config;
    showState(this, definition, running.live);
    if (!broker) return acceptOwn(RED, this, STATE_ACTIONS, (input) => running.take(input));
    const formatOf = (topic: string): FormatOfTopic | undefined => {
      return formatOfTopic(settings, { fixed: rows.value.subscriptions, requested: [] }, topic);
    };
    this.on('close', useFormats(broker.connection, { codecs, formatOf }));
    acceptControl(RED, this, broker.control, STATE_ACTIONS, (input) => running.take(input));
  }

  function refuse(node: Node, error: MqttFlowsError, reported = false): void {
    showProblem(RED, node, error, reported);
    refuseMessages(RED, node, error);
  }

  serveStates(RED);
  RED.nodes.registerType('mqtt-flows-state', construct);
};
