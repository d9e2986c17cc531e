// The publish node: each message becomes a publication, and goes on when the server has it.

import type { Node, NodeAPI, NodeDef } from 'node-red';
import { findCodec } from '../core/codec';
import { MqttFlowsError } from '../core/mqtt-flows-error';
import { publicationFromMessage } from '../core/publication-from-message';
import { useBroker } from '../runtime/broker-node';
import { controlled } from '../runtime/connection-control';
import { connectionStatus } from '../runtime/connection-status';
import { localizedError } from '../runtime/localize';
import { messageAnswers } from '../runtime/message-answers';
import { refuseMessages, showProblem } from '../runtime/node-problem';
import { showStatus } from '../runtime/node-status';
import { readSettings } from '../runtime/setting-value';
import { type PublishConfig, parsePublishConfig, publishDefaults } from './publish.config';

export = function register(RED: NodeAPI): void {
  function construct(this: Node, definition: PublishConfig & NodeDef): void {
    RED.nodes.createNode(this, definition);
    const broker = useBroker(RED, this, definition.broker);
    if (!broker.ok) return refuse(this, broker.error, broker.reported);
    const result = readSettings(RED, this, definition, publishDefaults, parsePublishConfig);
    if (!result.ok) return refuse(this, result.error);
    const settings = result.config;
    const codec = findCodec(settings.format);
    if (!codec) {
      return refuse(
        this,
        new MqttFlowsError('format-unknown', { stage: 'config', params: { format: settings.format } }),
      );
    }
    const { connection, control } = broker;
    const show = showStatus(this);
    this.on(
      'close',
      connection.watch((state) => show(connectionStatus(state))),
    );
    const answer = messageAnswers(RED, this);
    this.on('input', (message, send, done) => {
      if (controlled(RED, control, message, done)) return;
      const built = publicationFromMessage(message, settings, codec);
      if (!built.ok) return done(localizedError(RED, built.error));
      connection.publish(built.publication, (settlement) => answer(settlement, message, send, done));
    });
  }

  function refuse(node: Node, error: MqttFlowsError, reported = false): void {
    showProblem(RED, node, error, reported);
    refuseMessages(RED, node, error);
  }

  RED.nodes.registerType('mqtt-flows-publish', construct);
};
