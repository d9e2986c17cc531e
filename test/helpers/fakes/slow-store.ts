// A context whose store answers when the test lets it. The keys are read by Node-RED's own code.

import { dirname } from 'node:path';
import type { Node, NodeAPI } from 'node-red';
import { nodeRedScript } from '../package/environment';

type Answer = (error?: Error | null, value?: unknown) => void;

const { util }: Pick<NodeAPI, 'util'> = require(require.resolve('@node-red/util', { paths: [dirname(nodeRedScript)] }));

/** Node-RED with the settings of its context stores. */
export function contextsOf(contextStorage?: object): NodeAPI {
  return { util, settings: { contextStorage } } as unknown as NodeAPI;
}

export class SlowStore {
  readonly reads: { readonly key: string; readonly store: string | undefined; readonly answer: Answer }[] = [];
  readonly writes: { readonly value: unknown; readonly answer: Answer }[] = [];

  get(key: string, store: string | undefined, answer: Answer): void {
    this.reads.push({ key, store, answer });
  }

  set(_key: string, value: unknown, _store: string | undefined, answer: Answer): void {
    this.writes.push({ value, answer });
  }

  /** A node whose contexts are this one. */
  node(id = 'node', name = ''): Node {
    return { id, name, context: () => ({ flow: this, global: this }) } as unknown as Node;
  }
}
