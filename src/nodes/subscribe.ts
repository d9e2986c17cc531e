// The subscribe node: each publication that matches one of its filters becomes a message.

import { randomUUID } from 'node:crypto';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { Delivery, DeliveryFigures } from '../connection/acknowledgement/delivery-window';
import type { Connection } from '../connection/connection';
import type { MqttFlowsError } from '../core/errors/mqtt-flows-error';
import type { Codec } from '../core/payloads/codec';
import { SUBSCRIPTION_ACTIONS } from '../core/subscriptions/subscription-action';
import type { ValueRule } from '../core/values/value-rule';
import type { PreparedMessage } from '../runtime/acknowledgement/acknowledgement';
import { acknowledging } from '../runtime/acknowledgement/acknowledging';
import { useBroker } from '../runtime/broker/broker-node';
import { acceptControl } from '../runtime/broker/connection-actions';
import { onClose } from '../runtime/deploy/node-closing';
import { editorId } from '../runtime/deploy/saved-nodes';
import { type FormatOfTopic, useFormats } from '../runtime/node/formats-in-use';
import { NodeCodecs } from '../runtime/node/node-codecs';
import { refuseMessages, reportError, showProblem } from '../runtime/node/node-problem';
import { showStatus } from '../runtime/node/node-status';
import { readSettings } from '../runtime/node/read-settings';
import { formatOfTopic } from '../runtime/subscribe/format-of-topic';
import { MessagePreparation } from '../runtime/subscribe/message-preparation';
import { NodeFilters } from '../runtime/subscribe/node-filters';
import { NodeSubscriptions } from '../runtime/subscribe/node-subscriptions';
import { timed } from '../runtime/subscribe/received-at';
import { type RowFilters, rowFilters } from '../runtime/subscribe/row-filters';
import { rowValue } from '../runtime/subscribe/row-value';
import { birthsOf } from '../runtime/subscribe/sparkplug-births-of';
import { rebirthAsker } from '../runtime/subscribe/sparkplug-rebirth';
import {
  deliveryStatus,
  filledInStatus,
  filtersStatus,
  subscriptionStatus,
  whyItHearsItself,
} from '../runtime/subscribe/subscribe-status';
import { subscriptionControl } from '../runtime/subscribe/subscription-actions';
import { serveValueTrial } from '../runtime/subscribe/value-trial';
import {
  parseSubscribeConfig,
  type SubscribeConfig,
  type SubscribeSettings,
  subscribeDefaults,
} from '../settings/subscribe.config';

export = function register(RED: NodeAPI): void {
  function construct(this: Node, definition: SubscribeConfig & NodeDef): void {
    RED.nodes.createNode(this, definition);
    const broker = useBroker(RED, this, definition.broker);
    if (!broker.ok) return refuse(this, broker.error, broker.reported);
    const result = readSettings(RED, this, definition, subscribeDefaults, parseSubscribeConfig, ['schema']);
    if (!result.ok) return refuse(this, result.error);
    const { config } = result;
    const { largeIntegers, inputs, retained, keepSubscriptions: keep } = config;
    const codecs = new NodeCodecs(RED, config, largeIntegers, birthsOf(broker.connection));
    const codec = codecs.find(config.format);
    if (!codec.ok) return refuse(this, codec.error);
    const values = (rule: ValueRule | undefined) => rowValue(RED, this, rule);
    const parts = { RED, node: this, codec: codec.value, codecs, values, outputEach: config.outputEach };
    const rows = rowFilters(parts, config.subscriptions);
    if (!rows.ok) return refuse(this, rows.error);
    const subscriptions = subscribe(this, broker.connection, config, codec.value, rows.value);
    const filters = new NodeFilters({
      ...{ RED, node: this, connection: broker.connection },
      ...{ rows: rows.value, subscriptions },
    });
    const formatOf = (topic: string): FormatOfTopic | undefined => formatOfTopic(config, subscriptions, topic);
    this.on('close', useFormats(broker.connection, { codecs, formatOf }));
    if (inputs === 0) return void filters.start();
    const output = restOutput(config);
    const dynamic = { codec: codec.value, codecs, format: config.format, values, retained, output, keep };
    const asked = subscriptionControl(RED, this, subscriptions, filters, dynamic);
    acceptControl(RED, this, broker.control, SUBSCRIPTION_ACTIONS, asked);
  }

  function refuse(node: Node, error: MqttFlowsError, reported = false): void {
    showProblem(RED, node, error, reported);
    refuseMessages(RED, node, error);
  }

  function subscribe(
    node: Node,
    connection: Connection,
    settings: SubscribeSettings,
    codec: Codec,
    rows: RowFilters,
  ): NodeSubscriptions {
    const { undecodable, requestsOnly } = settings;
    const stale = settings.requestRebirth ? rebirthAsker(RED, node, connection) : undefined;
    const show = showStatus(node);
    let figures: DeliveryFigures = { unacknowledged: 0, failed: 0, stuck: false };
    const refresh = (): void => {
      const known = subscriptionStatus(RED, connection.state, subscriptions.states);
      const status = filledInStatus(RED, known, rows);
      if (status.fill !== 'green') return show(status);
      const { changedByMessages, states } = subscriptions;
      show(deliveryStatus(RED, changedByMessages ? filtersStatus(RED, status, states.size) : status, figures));
    };
    const output = restOutput(settings);
    const preparation = new MessagePreparation(RED, {
      ...{ codec, undecodable, requestsOnly, output },
      ...(stale && { stale }),
    });
    const prepare = (delivery: Delivery): PreparedMessage | Promise<PreparedMessage> =>
      preparation.prepare(delivery, subscriptions.of(delivery.filter));
    const showFigures = (latest: DeliveryFigures): void => {
      figures = latest;
      refresh();
    };
    const acknowledgement = acknowledging({ RED, node, connection, settings, prepare, show: showFigures });
    const subscriptions = new NodeSubscriptions(connection, rows.subscriptions, {
      owner: editorId(node),
      // With another identity at each start, the node is a new subscriber each time.
      identity: settings.retainedAgain ? `${node.id} ${randomUUID()}` : node.id,
      window: settings.receivedAt ? timed(acknowledgement.window) : acknowledgement.window,
      deliver: (...delivery) => acknowledgement.deliver(...delivery),
      hearsItself: (filter) => node.warn(whyItHearsItself(RED, filter)),
      refused: (error) => reportError(RED, node, error),
      changed: refresh,
    });
    const unwatch = connection.watch(refresh);
    onClose(RED, node, (removed, done) => {
      unwatch();
      const leave = (): void => {
        acknowledgement.leave(removed, () => subscriptions.close());
        done();
      };
      const unfinished = preparation.unfinished();
      if (unfinished) void unfinished.then(leave);
      else leave();
    });
    return subscriptions;
  }

  /** The output after those of the filters, for what messages subscribe to. */
  function restOutput({ outputEach, subscriptions }: SubscribeSettings): number | undefined {
    return outputEach ? subscriptions.length : undefined;
  }

  serveValueTrial(RED);
  RED.nodes.registerType('mqtt-flows-subscribe', construct);
};
