// Publishes all of `msg.publications`, or nothing when one of them is wrong; answers the message when all are settled.

import type { NodeAPI } from 'node-red';
import type { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { failed, found, type Result } from '../../core/errors/result';
import type { PublicationResult } from '../../core/publications/publication-from-message';
import { type EntryFailure, messagesOfList, type PublicationOutcome } from '../../core/publications/publication-list';
import type { PublishResult } from '../../core/publications/publish-options';
import type { OutsideFound } from '../../core/values/outside-value';
import { localizedError, reportedError, sentence, sharedText } from '../node/localize';
import type { Answer, MessageInput } from './message-answers';
import type { FindOutside } from './outside-values';

export type Built = Extract<PublicationResult, { readonly ok: true }>;

export interface ListPublisher {
  readonly RED: NodeAPI;
  readonly find: FindOutside;
  /** Makes the publication of one entry. */
  build(message: MessageInput['message'], outside: OutsideFound): PublicationResult;
  publish(built: Built, settled: (result: PublishResult) => void): void;
  /** Whether the result of a publication has a reason code of the server to pass on. */
  reasoned(built: Built): boolean;
  readonly answer: Answer;
}

/** Publishes the list of the message of `input`, in its order. */
export function publishList(publisher: ListPublisher, input: MessageInput, crashed: (error: unknown) => void): void {
  const messages = messagesOfList(input.message);
  if (!messages.ok) return input.done(entryError(publisher.RED, messages.error));
  buildAll(publisher, messages.value, crashed, (built) => {
    if (built.ok) publishAll(publisher, input, built.value);
    else input.done(entryError(publisher.RED, built.error));
  });
}

/** Finds the values of all entries, and makes their publications. Nothing is published before all are made. */
function buildAll(
  { find, build }: ListPublisher,
  messages: readonly MessageInput['message'][],
  crashed: (error: unknown) => void,
  use: (built: Result<readonly Built[], EntryFailure['error']>) => void,
): void {
  const built: Built[] = [];
  if (messages.length === 0) return use(found(built));
  let failure: EntryFailure | undefined;
  let isOver = false;
  /** The message is done then: the entries after this one must not be published. */
  const crashedOnce = (error: unknown): void => {
    if (isOver) return;
    isOver = true;
    crashed(error);
  };
  for (const [index, message] of messages.entries()) {
    find(
      message,
      (outside) => {
        if (isOver) return;
        const one = outside.ok ? build(message, outside.config) : outside;
        if (one.ok) built.push(one);
        else failure ??= failed({ index, error: one.error });
        if (index === messages.length - 1) use(failure ?? found(built));
      },
      crashedOnce,
    );
  }
}

function publishAll(publisher: ListPublisher, input: MessageInput, built: readonly Built[]): void {
  const results: PublishResult[] = [];
  let left = built.length;
  if (left === 0) return answerAll(publisher, input, built, results);
  for (const [index, one] of built.entries()) {
    publisher.publish(one, (result) => {
      results[index] = result;
      left--;
      if (left === 0) answerAll(publisher, input, built, results);
    });
  }
}

function answerAll(
  { RED, answer, reasoned }: ListPublisher,
  input: MessageInput,
  built: readonly Built[],
  settled: readonly PublishResult[],
): void {
  const results = settled.map((result, index): PublicationOutcome => {
    const one = built[index];
    if (result.ok) return one && reasoned(one) ? { ok: true, reasonCode: result.reasonCode } : { ok: true };
    const { code, message } = localizedError(RED, result.error);
    return { ok: false, error: { code, message } };
  });
  const index = settled.findIndex(({ ok }) => !ok);
  const failure = settled[index];
  if (!failure || failure.ok) {
    return answer({ ok: true, reasonCode: 0 }, { ...input, message: { ...input.message, results } }, false);
  }
  // The Catch node gets the message as it came. One that the flow has frozen takes nothing.
  Reflect.set(input.message, 'results', results);
  const describe = (error: MqttFlowsError): Error => entryError(RED, { index, error });
  answer(failure, input, false, describe);
}

/** The error of one entry, with its place. */
function entryError(RED: NodeAPI, { index, error }: EntryFailure['error']): Error {
  const text = sharedText(RED, 'log.publication', { index, text: sentence(RED, error, {}) });
  return reportedError(text, error, { index });
}
