// Handles messages that subscribe, unsubscribe, find filters anew and ask for the list, and keeps the subscriptions that they add.

import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { type Done, failed, found, type Result } from '../../core/errors/result';
import { asError } from '../../core/errors/thrown-value';
import type { Codec } from '../../core/payloads/codec';
import {
  type RequestedSubscription,
  readSubscription,
  readSubscriptionAction,
  type SubscriptionAction,
} from '../../core/subscriptions/subscription-action';
import type { RetainedPolicy } from '../../core/subscriptions/subscription-options';
import type { ValueRule } from '../../core/values/value-rule';
import { parseValueRule } from '../../settings/value.config';
import { ofMessage } from '../broker/connection-actions';
import { flowsStarted } from '../deploy/deploy-events';
import { localizedError } from '../node/localize';
import type { NodeCodecs } from '../node/node-codecs';
import { reportError } from '../node/node-problem';
import { atOutput } from '../node/outputs';
import type { MessageInput } from '../publish/message-answers';
import { KeptSubscriptions } from './kept-subscriptions';
import { type NodeFilters, refreshFilters } from './node-filters';
import type { NodeSubscription, NodeSubscriptions } from './node-subscriptions';
import type { RowValue } from './row-value';

/** The topic of the list that a message has asked for, and the name of its entries in errors. */
const LIST = 'subscriptions';

interface DynamicSettings {
  readonly codec: Codec;
  /** The format of the node, as it is saved. */
  readonly format: string;
  readonly codecs: NodeCodecs;
  /** Prepares the *Value* of a subscription. */
  readonly values: (rule: ValueRule | undefined) => Result<RowValue | undefined>;
  readonly retained: RetainedPolicy;
  /** The output of their messages, counted from 0, where the node has several. */
  readonly output: number | undefined;
  /** Whether the list outlives a deploy of the node, and a restart if its context does. */
  readonly keep: boolean;
}

/**
 * Starts `filters` and `subscriptions`, including those added by earlier messages if they are kept, and carries out further messages.
 * The returned function returns false for a message that asks for none of this.
 */
export function subscriptionControl(
  RED: NodeAPI,
  node: Node,
  subscriptions: NodeSubscriptions,
  filters: NodeFilters,
  settings: DynamicSettings,
): (input: MessageInput) => boolean {
  const kept = settings.keep ? new KeptSubscriptions(node) : undefined;
  // Before, there are no Catch nodes; the store may answer later than that, and sooner.
  const flowsRun = kept && flowsStarted(RED, node);
  const unreadable = (error: unknown): void => void flowsRun?.then(() => tell(RED, node, error));
  const started = filters.start(kept && (() => keptSubscriptions(kept, settings, unreadable)));
  return (input) => {
    // A message may hold anything under any name.
    const action = readSubscriptionAction(input.message as NodeMessageInFlow & Record<string, unknown>);
    if (!action) return false;
    const carriedOut = (): Promise<void> =>
      // A message may have a property that cannot be changed.
      carryOut({ RED, node, subscriptions, filters, settings, kept }, action, input).catch((error: unknown) =>
        input.done(asError(error)),
      );
    // Kept subscriptions are restored before new requests are carried out.
    if (started) void started.then(carriedOut);
    else void carriedOut();
    return true;
  };
}

interface Controlled {
  readonly RED: NodeAPI;
  readonly node: Node;
  readonly subscriptions: NodeSubscriptions;
  readonly filters: NodeFilters;
  readonly settings: DynamicSettings;
  readonly kept: KeptSubscriptions | undefined;
}

async function carryOut(
  { RED, node, subscriptions, filters, settings, kept }: Controlled,
  action: SubscriptionAction,
  { message, send, done }: MessageInput,
): Promise<void> {
  const list = (): object[] => subscriptions.requested.map(({ given }) => RED.util.cloneMessage(given));
  const keep = (): void => {
    // The next instance has read the list by then, and may have changed it.
    if (subscriptions.closed) return;
    void kept?.write(list()).catch((error: unknown) => tell(RED, node, error));
  };
  const finish = (change: Done): void => {
    if (!change.ok) return done(localizedError(RED, change.error));
    Object.assign(message, { subscriptions: list() });
    done();
  };
  switch (action.kind) {
    case 'invalid':
      return done(localizedError(RED, action.error));
    case 'list':
      Object.assign(message, { topic: LIST, payload: list() });
      send(settings.output === undefined ? message : atOutput(settings.output, message));
      return done();
    case 'refresh':
      return refreshFilters(RED, filters, { message, send, done });
    case 'unsubscribe': {
      if (action.filters === 'all') kept?.abandon();
      const left = subscriptions.unsubscribe(action.filters);
      // Whatever the server answers, and whether it does before a deploy, the node does not subscribe to them again.
      keep();
      return finish(await left);
    }
    case 'subscribe': {
      const added = nodeSubscriptions(action.subscriptions, settings);
      if (!added.ok) return done(localizedError(RED, added.error));
      const answered = await subscriptions.subscribe(added.value);
      keep();
      return finish(answered);
    }
  }
}

/** The subscriptions that were kept. Entries that are no longer valid are left out. Never rejects. */
async function keptSubscriptions(
  kept: KeptSubscriptions,
  settings: DynamicSettings,
  unreadable: (error: unknown) => void,
): Promise<readonly NodeSubscription[]> {
  try {
    const list = await kept.read();
    return list.flatMap((entry) => {
      const requested = readSubscription(entry, LIST);
      const read = requested.ok ? nodeSubscriptions([requested.value], settings) : requested;
      return read.ok ? read.value : [];
    });
  } catch (error) {
    unreadable(error);
    return [];
  }
}

function tell(RED: NodeAPI, node: Node, error: unknown): void {
  if (error instanceof MqttFlowsError) reportError(RED, node, error);
  else node.error(asError(error));
}

function nodeSubscriptions(
  requested: readonly RequestedSubscription[],
  { codec, codecs, format, values, retained, output }: DynamicSettings,
): Result<NodeSubscription[]> {
  const subscriptions: NodeSubscription[] = [];
  for (const one of requested) {
    const isOfNode = one.format === undefined && one.messageType === undefined;
    const own = isOfNode ? found(codec) : codecs.find(one.format ?? format, one.messageType);
    if (!own.ok) return failed(ofMessage(own.error));
    const rule = parseValueRule(one.value, 'value');
    if (!rule.ok) return failed(ofMessage(rule.error));
    const value = values(rule.config);
    if (!value.ok) return failed(ofMessage(value.error));
    const { filter, qos, noLocal, retainAsPublished, retainHandling } = one;
    const options = { filter, qos, noLocal, retainAsPublished, retainHandling, retained };
    subscriptions.push({ options, codec: own.value, value: value.value, output, requested: one });
  }
  return found(subscriptions);
}
