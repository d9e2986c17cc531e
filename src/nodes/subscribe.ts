// The subscribe node: each publication that matches one of its filters becomes a message.

import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { Connection } from '../connection/connection';
import type { Delivery } from '../connection/delivery-window';
import type { SubscriptionOptions } from '../connection/subscription-options';
import type { Subscriber, SubscriptionState } from '../connection/subscriptions';
import { type Codec, findCodec } from '../core/codec';
import { messageFromPublication } from '../core/message-from-publication';
import { MqttFlowsError } from '../core/mqtt-flows-error';
import { payloadError } from '../core/payload-error';
import { readCaptures } from '../core/topic-captures';
import { acknowledging, type PreparedMessage } from '../runtime/acknowledgement';
import { useBroker } from '../runtime/broker-node';
import { acceptControl } from '../runtime/connection-control';
import { editorId } from '../runtime/editor-id';
import { localizedError } from '../runtime/localize';
import { refuseMessages, reportError, showProblem } from '../runtime/node-problem';
import { showStatus } from '../runtime/node-status';
import { readSettings } from '../runtime/setting-value';
import { subscriptionStatus } from '../runtime/subscription-status';
import {
  parseSubscribeConfig,
  type SubscribeConfig,
  type SubscribeSettings,
  subscribeDefaults,
} from './subscribe.config';

export = function register(RED: NodeAPI): void {
  function construct(this: Node, definition: SubscribeConfig & NodeDef): void {
    RED.nodes.createNode(this, definition);
    const broker = useBroker(RED, this, definition.broker);
    if (!broker.ok) return refuse(this, broker.error, broker.reported);
    const result = readSettings(RED, this, definition, subscribeDefaults, parseSubscribeConfig);
    if (!result.ok) return refuse(this, result.error);
    const { format, inputs } = result.config;
    const codec = findCodec(format);
    if (!codec) {
      return refuse(this, new MqttFlowsError('format-unknown', { stage: 'config', params: { format } }));
    }
    subscribe(this, broker.connection, result.config, codec);
    if (inputs === 1) acceptControl(RED, this, broker.control);
  }

  function refuse(node: Node, error: MqttFlowsError, reported = false): void {
    showProblem(RED, node, error, reported);
    refuseMessages(RED, node, error);
  }

  function subscribe(node: Node, connection: Connection, settings: SubscribeSettings, codec: Codec): void {
    const { subscriptions } = settings;
    const states = new Map<SubscriptionOptions, SubscriptionState>();
    const show = showStatus(node);
    const refresh = (): void => show(subscriptionStatus(connection.state, states.values()));
    const prepare = (delivery: Delivery): PreparedMessage => prepared(codec, delivery);
    const acknowledgement = acknowledging(RED, node, connection, settings, prepare, () => {});
    const subscriber: Subscriber = {
      owner: editorId(node),
      subscriptions,
      deliver: acknowledgement.deliver,
      stateChanged(subscription, state) {
        states.set(subscription, state);
        if (state.kind === 'refused') reportError(RED, node, state.error);
        refresh();
      },
    };
    const unsubscribe = connection.subscribe(subscriber);
    const unwatch = connection.watch(refresh);
    node.on('close', (removed: boolean, done: () => void) => {
      unwatch();
      acknowledgement.leave(removed, unsubscribe);
      done();
    });
  }

  function prepared(codec: Codec, { publication, filter, qos }: Delivery): PreparedMessage {
    const decoded = codec.decode(publication.payload, publication.properties ?? {});
    const payload = decoded.ok ? decoded.value : publication.payload;
    const received = messageFromPublication(publication, payload, qos, readCaptures(filter, publication.topic));
    const message = Object.assign(received, { _msgid: RED.util.generateId() });
    if (decoded.ok) return { message };
    const error = payloadError('payload-undecodable', decoded, publication.topic);
    // The message with the raw payload: what cannot be read is not lost either.
    return { message, error: localizedError(RED, error) };
  }

  RED.nodes.registerType('mqtt-flows-subscribe', construct);
};
