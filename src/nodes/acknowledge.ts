// The acknowledge node: acknowledges or refuses a message that a subscribe node has left to the flow.

import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import type { Taken } from '../connection/acknowledgement/delivery-window';
import { MqttFlowsError } from '../core/errors/mqtt-flows-error';
import { DONE, type Done, failed } from '../core/errors/result';
import type { Acknowledgement } from '../core/publications/acknowledgement';
import { receiptsIn } from '../core/publications/receipt-reference';
import { settleReceipt } from '../runtime/acknowledgement/open-receipts';
import { localizedError } from '../runtime/node/localize';
import { refuseMessages, showProblem } from '../runtime/node/node-problem';
import { readSettings } from '../runtime/node/read-settings';
import { type AcknowledgeConfig, acknowledgeDefaults, parseAcknowledgeConfig } from '../settings/acknowledge.config';

export = function register(RED: NodeAPI): void {
  function construct(this: Node, definition: AcknowledgeConfig & NodeDef): void {
    RED.nodes.createNode(this, definition);
    const result = readSettings(RED, this, definition, acknowledgeDefaults, parseAcknowledgeConfig);
    if (!result.ok) {
      showProblem(RED, this, result.error);
      refuseMessages(RED, this, result.error);
      return;
    }
    const { settlement, property } = result.config;
    this.on('input', (message, send, done) => {
      const receipts = receiptsIn(property === '' ? message : valueAt(message, property));
      if (!receipts) return done(localizedError(RED, nothing(property || 'receipt')));
      const settling = settle(receipts, settlement);
      if (!settling.ok) return done(localizedError(RED, settling.error));
      send(message);
      done();
    });
  }

  function valueAt(message: NodeMessageInFlow, property: string): unknown {
    try {
      return RED.util.getMessageProperty(message, property);
    } catch {
      // A value on the path cannot have properties.
      return undefined;
    }
  }

  RED.nodes.registerType('mqtt-flows-acknowledge', construct);
};

/** Settles all receipts. The first that fails is the error. */
function settle(receipts: readonly string[], settlement: Acknowledgement): Done {
  let result: Done = DONE;
  for (const receipt of receipts) {
    const taken = settleReceipt(receipt, settlement);
    if (result.ok && taken !== 'taken') result = failed(notTaken(receipt, taken));
  }
  return result;
}

function notTaken(receipt: string, taken: Exclude<Taken, 'taken'>): MqttFlowsError {
  const code = taken === 'late' ? 'acknowledgement-late' : 'acknowledgement-unknown';
  return new MqttFlowsError(code, { stage: 'acknowledge', params: { receipt: receipt.slice(0, 60) } });
}

function nothing(property: string): MqttFlowsError {
  return new MqttFlowsError('receipt-missing', { stage: 'acknowledge', params: { property } });
}
