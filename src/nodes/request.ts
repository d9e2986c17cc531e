// The request node: publishes each message as a request, and passes it on with the reply.

import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import type { MqttFlowsError } from '../core/errors/mqtt-flows-error';
import { asError } from '../core/errors/thrown-value';
import { publicationFromMessage } from '../core/publications/publication-from-message';
import { type AskedRequest, askedRequest, requestMessage } from '../core/requests/request-message';
import type { OutsideFound } from '../core/values/outside-value';
import { useBroker } from '../runtime/broker/broker-node';
import { controlled } from '../runtime/broker/connection-actions';
import { useFormats } from '../runtime/node/formats-in-use';
import { localizedError } from '../runtime/node/localize';
import { NodeCodecs } from '../runtime/node/node-codecs';
import { refuseMessages, showProblem } from '../runtime/node/node-problem';
import { readSettings } from '../runtime/node/read-settings';
import { lastInputs } from '../runtime/publish/last-inputs';
import type { MessageInput } from '../runtime/publish/message-answers';
import { outsideFinder } from '../runtime/publish/outside-values';
import { nodeRequests } from '../runtime/request/node-requests';
import { replyReader } from '../runtime/request/reply-reader';
import { requestAnswers } from '../runtime/request/request-answers';
import { requestFormats } from '../runtime/request/request-formats';
import { type RequestStatus, requestStatus } from '../runtime/request/request-status';
import { responders } from '../runtime/request/responders';
import { parseRequestConfig, type RequestConfig, requestDefaults } from '../settings/request.config';

/** Settings that are never searched for variables: in a schema and an expression, `${` means something else. */
const VERBATIM = ['schema', 'matchExpression'];

export = function register(RED: NodeAPI): void {
  function construct(this: Node, definition: RequestConfig & NodeDef): void {
    RED.nodes.createNode(this, definition);
    const broker = useBroker(RED, this, definition.broker);
    if (!broker.ok) return refuse(this, broker.error, broker.reported);
    const result = readSettings(RED, this, definition, requestDefaults, parseRequestConfig, VERBATIM);
    if (!result.ok) return refuse(this, result.error);
    const settings = result.config;
    const finder = outsideFinder(RED, this, settings.outside);
    if (!finder.ok) return refuse(this, finder.error);
    const responderFinder = outsideFinder(RED, this, settings.responderOutside);
    if (!responderFinder.ok) return refuse(this, responderFinder.error);
    const codecs = new NodeCodecs(RED, settings, 'text');
    const codec = codecs.find(settings.format);
    if (!codec.ok) return refuse(this, codec.error);
    const replyCodec = codecs.find(settings.replyFormat, settings.replyMessageType);
    if (!replyCodec.ok) return refuse(this, replyCodec.error);
    const read = replyReader(replyCodec.value);
    const responderFor = responders(RED, this, settings.responder, read);
    if (!responderFor.ok) return refuse(this, responderFor.error);
    const { connection, control } = broker;
    this.on('close', useFormats(connection, { codecs, formatOf: requestFormats(settings) }));
    const findOutside = finder.config;
    const findForResponder = responderFinder.config;
    const { most, least, atATime, maxWaiting } = settings;
    const origin = this.id;
    const timeout = settings.timeout * 1000;

    // Before the requests: this instance answers those of the earlier one.
    const answer = requestAnswers(RED, this, settings.single, read);
    const limits = { atATime, waiting: maxWaiting };
    // Requests handed over may end before there is a status.
    let status: RequestStatus | undefined;
    const requester = nodeRequests(RED, this, connection, limits, () => status?.look());
    const shown = requestStatus(RED, this, connection, () => requester.figures);
    status = shown;
    this.on('close', () => shown.stop());
    const ask = (
      input: MessageInput,
      { message, payload }: AskedRequest<NodeMessageInFlow>,
      outside: OutsideFound,
      ofResponder: OutsideFound,
    ): void => {
      const sent = { ...settings, payload };
      const built = publicationFromMessage(requestMessage(input.message), sent, codec.value, outside);
      if (!built.ok) return input.done(localizedError(RED, built.error));
      const responder = responderFor.value(message, ofResponder);
      if (!responder.ok) return input.done(localizedError(RED, responder.error));
      const { publication, whileOffline } = built;
      const replies = { most, least };
      const request = { publication, whileOffline, origin, timeout, replies, responder: responder.value };
      requester.ask(request, (end) => answer(end, input));
    };

    this.on('input', (message, send, done) => {
      if (controlled(RED, control, message, done)) return;
      lastInputs.note(RED, this.id, message);
      const refused = (error: MqttFlowsError): void => done(localizedError(RED, error));
      const crashed = (error: unknown): void => done(asError(error));
      findOutside(
        message,
        (outside) => {
          if (!outside.ok) return refused(outside.error);
          const asked = askedRequest(message, settings.payload, outside.config);
          if (!asked.ok) return refused(asked.error);
          findForResponder(
            asked.value.message,
            (ofResponder) => {
              if (!ofResponder.ok) return refused(ofResponder.error);
              ask({ message, send, done }, asked.value, outside.config, ofResponder.config);
            },
            crashed,
          );
        },
        crashed,
      );
    });
  }

  function refuse(node: Node, error: MqttFlowsError, reported = false): void {
    showProblem(RED, node, error, reported);
    refuseMessages(RED, node, error);
  }

  RED.nodes.registerType('mqtt-flows-request', construct);
};
