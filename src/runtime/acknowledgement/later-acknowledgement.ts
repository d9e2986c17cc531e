// Acknowledges messages after they were handed over, through a window of the connection: the common part of
// completion-acknowledgement.ts and manual-acknowledgement.ts.

import type {
  Delivery,
  DeliveryHandler,
  DeliveryWindow,
  HandedDelivery,
  SettleDelivery,
} from '../../connection/acknowledgement/delivery-window';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import type { Acknowledgement } from '../../core/publications/acknowledgement';
import { onDeploy } from '../deploy/deploy-events';
import { reportError } from '../node/node-problem';
import { type Acknowledging, type AcknowledgingNode, type PreparedMessage, send } from './acknowledgement';
import { type LeftWindow, leftWindows } from './left-window';

/** ms between two updates of the status, since each goes to every open editor */
const PACE = 1000;

/** MQTT 5, section 3.4.2.1: the receiver does not accept the publication, and no other code fits. */
const IMPLEMENTATION_SPECIFIC = 0x83;

export abstract class LaterAcknowledgement implements Acknowledging, DeliveryHandler {
  readonly window: DeliveryWindow;
  /** The most deliveries that the flow may have at a time. */
  readonly limit: number;
  /** ms that a delivery may take; 0 for any time */
  readonly timeout: number;
  protected readonly to: AcknowledgingNode;
  /** How a message is settled that failed or took too long. */
  protected readonly failed: Acknowledgement;
  /** Until this instance begins: it would keep the one before, and all before that. */
  #before: LeftWindow | undefined;
  readonly #stops: readonly (() => void)[];
  #pace: NodeJS.Timeout | undefined;

  constructor(to: AcknowledgingNode) {
    const { RED, settings } = to;
    this.to = to;
    this.limit = settings.maxInFlight;
    this.timeout = settings.acknowledgeTimeout * 1000;
    this.failed =
      settings.onError === 'refuse' ? { kind: 'refused', reasonCode: IMPLEMENTATION_SPECIFIC } : { kind: 'abandoned' };
    this.#before = leftWindows.take(to.node);
    const window = windowOf(to, this.#before);
    this.window = window;
    // During a deploy, the following nodes may be stopped, or not started yet.
    this.#stops = [
      onDeploy(RED, 'flows:stopping', () => window.pause()),
      onDeploy(RED, 'flows:started', () => window.resume()),
    ];
  }

  /** Takes the place of the instance before this one, and starts to hand over deliveries. */
  protected begin(): void {
    this.#before?.end();
    this.#before = undefined;
    this.window.open(this);
    // What the instance before has left in the window changes nothing, and would not be shown.
    const { unacknowledged, failed } = this.window.figures;
    if (unacknowledged > 0 || failed > 0) this.changed();
  }

  /** Sends a message to the flow. `settle` is called when the flow is done with it. */
  protected abstract give(prepared: PreparedMessage, settle: SettleDelivery): HandedDelivery;

  /** The node is closed, and leaves its window to the next instance. */
  protected abstract left(): void;

  /** The subscriber is removed, and the window gets no more deliveries. */
  protected abstract ended(): void;

  /** All deliveries come through the window. */
  deliver(): void {}

  hand(delivery: Delivery, settle?: SettleDelivery): HandedDelivery | undefined {
    const prepared = this.to.prepare(delivery);
    return prepared instanceof Promise ? this.#handLater(prepared, settle) : this.#hand(prepared, settle);
  }

  #hand(prepared: PreparedMessage, settle: SettleDelivery | undefined): HandedDelivery | undefined {
    if (settle && !prepared.dropped) return this.give(prepared, settle);
    if (settle) settle({ kind: 'acknowledged' });
    else send(this.to, prepared);
    return undefined;
  }

  /** A delivery that is settled before its message is prepared does not reach the flow. */
  #handLater(preparing: Promise<PreparedMessage>, settle: SettleDelivery | undefined): HandedDelivery {
    let settled = false;
    let handed: HandedDelivery | undefined;
    void preparing.then((prepared) => {
      if (settled) return;
      handed = this.#hand(prepared, settle);
      // The flow may be done with it by now.
      if (settled) handed?.settled();
    });
    return {
      whereabouts: () => handed?.whereabouts(),
      settled: () => {
        settled = true;
        handed?.settled();
      },
    };
  }

  expired({ publication: { topic } }: Delivery, at: string | undefined): Acknowledgement {
    const params = { topic, seconds: this.to.settings.acknowledgeTimeout, ...(at === undefined ? {} : { at }) };
    const code = at === undefined ? 'acknowledgement-overdue' : 'flow-overdue';
    this.#report(new MqttFlowsError(code, { stage: 'acknowledge', params }));
    return this.failed;
  }

  failuresFillWindow(count: number): void {
    this.#report(new MqttFlowsError('failures-fill-window', { stage: 'acknowledge', params: { count } }));
  }

  changed(): void {
    this.#pace ??= setTimeout(() => {
      this.#pace = undefined;
      this.to.show(this.window.figures);
    }, PACE);
  }

  leave(removed: boolean, unsubscribe: () => void): void {
    const { window, to } = this;
    const { RED, node, connection } = to;
    for (const stop of this.#stops) stop();
    clearTimeout(this.#pace);
    // A timer keeps the message in whose handling it was started.
    this.#pace = undefined;
    window.leave();
    const end = (): void => {
      unsubscribe();
      this.ended();
    };
    const discard = (): void => {
      // Nobody wants the messages of a deleted node. Others may be delivered again.
      window.discard({ kind: removed ? 'acknowledged' : 'abandoned' });
      end();
    };
    if (removed) return discard();
    this.left();
    leftWindows.leave(RED, node, { window, connection, end }, discard);
  }

  #report(error: MqttFlowsError): void {
    reportError(this.to.RED, this.to.node, error);
  }
}

/** The window of the instance before this one, if it was on the same connection. */
function windowOf({ connection }: AcknowledgingNode, before: LeftWindow | undefined): DeliveryWindow {
  if (before?.connection === connection) return before.window;
  before?.window.discard({ kind: 'abandoned' });
  return connection.openWindow();
}
