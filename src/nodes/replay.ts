// The replay node: plays a recording, to its output, to the nodes that subscribe at a broker, or to the broker.

import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { MqttFlowsError } from '../core/errors/mqtt-flows-error';
import { SparkplugBirths } from '../core/payloads/sparkplug-births';
import { useBroker } from '../runtime/broker/broker-node';
import { acceptControl, acceptOwn } from '../runtime/broker/connection-actions';
import { flowsStarted } from '../runtime/deploy/deploy-events';
import { NodeCodecs } from '../runtime/node/node-codecs';
import { refuseMessages, showProblem } from '../runtime/node/node-problem';
import { readSettings } from '../runtime/node/read-settings';
import { outputTarget } from '../runtime/recordings/output-target';
import { REPLAY_ACTIONS } from '../runtime/recordings/replay-message';
import { NodeReplays } from '../runtime/recordings/replay-node';
import { brokerTarget, flowTarget, type ReplayTarget } from '../runtime/recordings/replay-target';
import { parseReplayConfig, type ReplayConfig, type ReplaySettings, replayDefaults } from '../settings/replay.config';

export = function register(RED: NodeAPI): void {
  function construct(this: Node, definition: ReplayConfig & NodeDef): void {
    RED.nodes.createNode(this, definition);
    const result = readSettings(RED, this, definition, replayDefaults, parseReplayConfig, ['schema']);
    if (!result.ok) return refuse(this, result.error);
    const settings = result.config;
    if (settings.to === 'output') return playToOutput(this, settings);
    const broker = useBroker(RED, this, definition.broker);
    if (!broker.ok) return refuse(this, broker.error, broker.reported);
    const target = settings.to === 'flow' ? flowTarget(RED, definition.broker) : brokerTarget(RED, definition.broker);
    const replays = run(this, settings, target);
    acceptControl(RED, this, broker.control, REPLAY_ACTIONS, (input) => replays.take(input));
  }

  function playToOutput(node: Node, settings: ReplaySettings): void {
    // What is played says nothing of the births that the flows have seen.
    const codec = new NodeCodecs(RED, settings, 'text', new SparkplugBirths()).find(settings.format);
    if (!codec.ok) return refuse(node, codec.error);
    const replays = run(node, settings, outputTarget(RED, node, codec.value));
    acceptOwn(RED, node, REPLAY_ACTIONS, (input) => replays.take(input));
  }

  function run(node: Node, settings: ReplaySettings, target: ReplayTarget): NodeReplays {
    const replays = new NodeReplays({ RED, node, settings, target });
    node.on('close', () => replays.close());
    if (settings.autoStart) {
      // Once the nodes exist that get the messages.
      void flowsStarted(RED, node).then(() => replays.start({}, (error) => error && node.error(error, {})));
    }
    return replays;
  }

  function refuse(node: Node, error: MqttFlowsError, reported = false): void {
    showProblem(RED, node, error, reported);
    refuseMessages(RED, node, error);
  }

  RED.nodes.registerType('mqtt-flows-replay', construct);
};
