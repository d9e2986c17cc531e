// Nodes that a test controls: each message waits in them until the test lets it continue or fail.

import { dirname } from 'node:path';
import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { nodeRedScript } from '../package/environment';
import type { FlowMessage, FlowNode } from './flow-harness';
import { Inbox } from './inbox';

/** Node-RED's own method, which the test helper replaces by a spy when it loads a flow. */
const { error }: Pick<Node, 'error'> = require(
  require.resolve('@node-red/runtime/lib/nodes/Node.js', { paths: [dirname(nodeRedScript)] }),
).prototype;

/** A message at a gate. */
export interface Held {
  readonly gate: string;
  readonly message: FlowMessage;
  /** Sends the message on, and calls `done`. */
  pass(): void;
  /** Calls `done`, with an error if it has failed, and sends nothing. */
  end(error?: Error): void;
}

export class Gates {
  readonly held = new Inbox<Held>('messages at gates');

  readonly register = (RED: NodeAPI): void => {
    const { held } = this;
    RED.nodes.registerType('test-gate', function construct(this: Node, definition) {
      RED.nodes.createNode(this, definition);
      this.on('input', (message, send, done) => {
        const pass = (): void => {
          send(message);
          done();
        };
        held.push({ gate: this.id, message: message as FlowMessage, pass, end: done });
      });
    });
    // Like nodes written for Node-RED before 1.0, which do not call `done`.
    RED.nodes.registerType('test-old-node', function construct(this: Node, definition) {
      RED.nodes.createNode(this, definition);
      this.on('input', (message: NodeMessageInFlow) => {
        held.push({ gate: this.id, message: message as FlowMessage, pass: () => this.send(message), end: () => {} });
      });
    });
    // Fails as many nodes do by mistake: it neither calls done nor catches its exception.
    RED.nodes.registerType('test-throwing-node', function construct(this: Node, definition) {
      RED.nodes.createNode(this, definition);
      this.error = error;
      this.on('input', (_message, _send, _done) => {
        throw new Error('unforeseen');
      });
    });
    // It reports an error, but continues with the message.
    RED.nodes.registerType('test-complaining-node', function construct(this: Node, definition) {
      RED.nodes.createNode(this, definition);
      this.error = error;
      this.on('input', (message, _send, done) => {
        held.push({ gate: this.id, message: message as FlowMessage, pass: () => {}, end: done });
        this.error(new Error('once more'), message);
      });
    });
  };

  /** The message with this topic at gate `id`, once it is there. `times` counts its visits. */
  async at(id: string, topic: string, times = 1): Promise<Held> {
    const visits = (): Held[] => {
      return this.held.all.filter(({ gate, message }) => gate === id && message.topic === topic);
    };
    return this.held.find(`${topic} at ${id}`, (held) => visits()[times - 1] === held);
  }
}

export function gateNode(id: string, ...next: string[]): FlowNode {
  return { id, type: 'test-gate', wires: [next] };
}
