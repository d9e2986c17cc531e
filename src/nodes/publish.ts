// The publish node: publishes each message, and passes it on once the server has it.

import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import type { MqttFlowsError } from '../core/errors/mqtt-flows-error';
import { asError } from '../core/errors/thrown-value';
import { type PublicationResult, publicationFromMessage } from '../core/publications/publication-from-message';
import { asksForList } from '../core/publications/publication-list';
import type { PublishOptions, Settled } from '../core/publications/publish-options';
import { replyMessage } from '../core/requests/reply-message';
import type { OutsideFound } from '../core/values/outside-value';
import { useBroker } from '../runtime/broker/broker-node';
import { controlled } from '../runtime/broker/connection-actions';
import { useFormats } from '../runtime/node/formats-in-use';
import { localizedError } from '../runtime/node/localize';
import { NodeCodecs } from '../runtime/node/node-codecs';
import { refuseMessages, showProblem } from '../runtime/node/node-problem';
import { readSettings } from '../runtime/node/read-settings';
import { lastInputs } from '../runtime/publish/last-inputs';
import { type MessageInput, messageAnswers } from '../runtime/publish/message-answers';
import { outsideFinder } from '../runtime/publish/outside-values';
import { sendOwnMessages } from '../runtime/publish/own-messages';
import { type Built, type ListPublisher, publishList } from '../runtime/publish/publish-list';
import { publishStatus } from '../runtime/publish/publish-status';
import { requestOf } from '../runtime/request/open-requests';
import { type PublishConfig, parsePublishConfig, publishDefaults } from '../settings/publish.config';

export = function register(RED: NodeAPI): void {
  function construct(this: Node, definition: PublishConfig & NodeDef): void {
    RED.nodes.createNode(this, definition);
    const broker = useBroker(RED, this, definition.broker);
    if (!broker.ok) return refuse(this, broker.error, broker.reported);
    const result = readSettings(RED, this, definition, publishDefaults, parsePublishConfig, ['schema']);
    if (!result.ok) return refuse(this, result.error);
    const settings = result.config;
    const finder = outsideFinder(RED, this, settings.outside);
    if (!finder.ok) return refuse(this, finder.error);
    const codecs = new NodeCodecs(RED, settings, 'text');
    const codec = codecs.find(settings.format);
    if (!codec.ok) return refuse(this, codec.error);
    const { connection, control } = broker;
    this.on('close', useFormats(connection, { codecs, formatOf: () => undefined }));
    const findOutside = finder.config;
    const { completeOn, reply } = settings;
    const options = { wait: optionsOf(this, 'wait', completeOn), fail: optionsOf(this, 'fail', completeOn) };
    const status = publishStatus(RED, this, connection, settings.own);
    this.on('close', () => status.stop());

    const answer = messageAnswers(RED, this);
    const ofMessage = (message: object, outside: OutsideFound): PublicationResult =>
      publicationFromMessage(message, settings, codec.value, outside);
    const ofAnswer = (message: NodeMessageInFlow, outside: OutsideFound): PublicationResult => {
      const addressed = replyMessage(message, requestOf(message));
      return addressed.ok ? ofMessage(addressed.value, outside) : addressed;
    };
    const build = reply ? ofAnswer : ofMessage;
    const reasoned = ({ publication }: Built): boolean => publication.qos > 0 && completeOn === 'acknowledged';
    const publish = ({ publication, whileOffline }: Built, settled: Settled): void => {
      connection.publish(publication, settled, options[whileOffline]);
      status.look();
    };
    const publishOne = (input: MessageInput, outside: OutsideFound): void => {
      const built = build(input.message, outside);
      if (!built.ok) return input.done(localizedError(RED, built.error));
      publish(built, (settlement) => answer(settlement, input, reasoned(built)));
    };
    const parts = { connection, find: findOutside, build };
    if (settings.own) sendOwnMessages(RED, this, { ...parts, plan: settings.own, failing: status.ownFailed });
    const list: ListPublisher = { RED, find: findOutside, build, publish, reasoned, answer };

    this.on('input', (message, send, done) => {
      if (controlled(RED, control, message, done)) return;
      lastInputs.note(RED, this.id, message);
      const crashed = (error: unknown): void => done(asError(error));
      if (asksForList(message)) return publishList(list, { message, send, done }, crashed);
      findOutside(
        message,
        (found) => {
          if (found.ok) publishOne({ message, send, done }, found.config);
          else done(localizedError(RED, found.error));
        },
        crashed,
      );
    });
  }

  function optionsOf(
    node: Node,
    whileOffline: PublishOptions['whileOffline'],
    completeOn: PublishOptions['completeOn'],
  ): PublishOptions {
    return { whileOffline, completeOn, origin: node.id };
  }

  function refuse(node: Node, error: MqttFlowsError, reported = false): void {
    showProblem(RED, node, error, reported);
    refuseMessages(RED, node, error);
  }

  RED.nodes.registerType('mqtt-flows-publish', construct);
};
