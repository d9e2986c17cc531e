// The fields for what a publish node sends by itself, and what they ask of topic and payload.

import {
  INTERVAL_RANGE,
  type OwnSendingConfig,
  payloadNeedsMessage,
  topicNeedsMessage,
} from '../../settings/publish.own.config';
import { numberProblem, prepareNumber, readNumber } from '../fields/number-field';
import { sharedText } from '../fields/shared-text';
import { SECONDS } from '../fields/unit';

type Own = Partial<OwnSendingConfig>;

/** The error for an interval that cannot be, or undefined. */
export function intervalProblem(value: unknown): string | undefined {
  return numberProblem(value, INTERVAL_RANGE, SECONDS);
}

/** Why there is no topic for what the node sends by itself; undefined if there is one, or none is needed. */
export function ownTopicProblem(own: Own, topic: string, type: string): string | undefined {
  return sendsByItself(own) && topicNeedsMessage(topic, type) ? sharedText('fields.ownTopic') : undefined;
}

/** Why there is no payload for what the node sends by itself. `retain` may ask for none. */
export function ownPayloadProblem(own: Own, payload: string, type: string, retain: unknown): string | undefined {
  if (!sendsByItself(own) || retain === 'clear') return undefined;
  return payloadNeedsMessage(payload, type) ? sharedText('fields.ownPayload') : undefined;
}

function sendsByItself({ atConnection, interval }: Own): boolean {
  return atConnection === true || String(interval ?? '').trim() !== '';
}

/** What the open dialog says. In the dialogs of other nodes the fields are missing, and it says nothing. */
export function enteredOwnSending(): OwnSendingConfig {
  return { atConnection: $('#node-input-atConnection').prop('checked') === true, interval: readNumber('interval') };
}

/** Fills the fields. Topic and payload are judged anew with each change. */
export function prepareOwnSending({ interval }: Own): void {
  prepareNumber('interval', interval, { problem: intervalProblem, units: SECONDS });
  const judge = (): void => void $('#node-input-topic, #mqtt-flows-payload').trigger('change');
  $('#node-input-atConnection, #mqtt-flows-interval').on('input change', judge);
  $('#node-input-retain').on('change', () => void $('#mqtt-flows-payload').trigger('change'));
}
