// The badge of a replay node: how far it is, and how fast.

import type { Node, NodeAPI, NodeStatus } from 'node-red';
import type { Clock } from '../../connection/clock';
import type { ErrorCode } from '../../core/errors/mqtt-flows-error';
import type { ReplayFigures } from '../../core/recordings/recordings-protocol';
import { sharedKey, sharedText } from '../node/localize';
import { showStatus } from '../node/node-status';
import { Paced } from '../node/paced';

/** ms between two badges */
const INTERVAL = 500;

export class ReplayStatus {
  readonly #RED: NodeAPI;
  readonly #put: (status: NodeStatus) => void;
  readonly #paced: Paced;
  #latest: ReplayFigures | undefined;

  constructor(RED: NodeAPI, node: Node, clock: Clock) {
    this.#RED = RED;
    this.#put = showStatus(node);
    this.#paced = new Paced(clock, INTERVAL, () => this.#latest && this.#put(this.#statusOf(this.#latest)));
  }

  /** Shows `figures` now, or a moment later. */
  show(figures: ReplayFigures): void {
    this.#latest = figures;
    this.#paced.soon();
  }

  /** The next instance of the node shows nothing before it plays. */
  close(): void {
    this.#paced.stop();
    if (this.#latest) this.#put({});
  }

  #statusOf({ state, played, total = 0, speed, failed, error }: ReplayFigures): NodeStatus {
    const RED = this.#RED;
    const values = { played, total, speed };
    switch (state) {
      case 'counting':
        return { fill: 'grey', shape: 'ring', text: sharedKey('replay.counting') };
      case 'playing': {
        const text = speed === 0 ? sharedText(RED, 'replay.fast', values) : sharedText(RED, 'replay.playing', values);
        return { fill: failed > 0 ? 'yellow' : 'green', shape: 'dot', text };
      }
      case 'waiting':
        return { fill: 'yellow', shape: 'ring', text: sharedText(RED, 'replay.waiting', values) };
      case 'paused':
        return { fill: 'grey', shape: 'dot', text: sharedText(RED, 'replay.paused', values) };
      case 'ended':
        return { fill: failed > 0 ? 'yellow' : 'grey', shape: 'ring', text: sharedText(RED, 'replay.ended', values) };
      case 'stopped':
        return { fill: 'grey', shape: 'ring', text: sharedText(RED, 'replay.stopped', values) };
      case 'failed':
        return { fill: 'red', shape: 'ring', text: failureText(error?.code) };
    }
  }
}

function failureText(code: ErrorCode | undefined): string {
  if (code === 'broker-missing') return sharedKey('status.broker-missing');
  return code === 'recording-unknown' ? sharedKey('replay.unknown') : sharedKey('replay.failed');
}
