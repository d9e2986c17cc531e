// What a message becomes under the settings of a publish node, for tests that are not about all of it.

import assert from 'node:assert/strict';
import type { MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import type { Codec } from '#src/core/payloads/codec';
import type { OutgoingPublication } from '#src/core/publications/publication';
import { type PublishSettings, publicationFromMessage } from '#src/core/publications/publication-from-message';
import { NO_PROPERTY_SETTINGS } from '#src/core/publications/publication-properties';
import type { ValueSource } from '#src/core/values/value-source';
import { deepFreeze } from './deep-freeze';
import { codecNamed } from './formats/format-runs';
import { templateOf } from './parsed';

export function auto(): Codec {
  const codec = codecNamed('auto');
  return codec;
}

export const settings = (overrides: Partial<PublishSettings> = {}): PublishSettings => ({
  topic: template('{{topic}}'),
  qos: undefined,
  retain: undefined,
  properties: NO_PROPERTY_SETTINGS,
  describePayload: false,
  whileOffline: undefined,
  ...overrides,
});

export function fixed(value: unknown): ValueSource {
  return { kind: 'fixed', value };
}

export function template(text: string): ValueSource {
  return { kind: 'template', template: templateOf(text) };
}

/** A message without a payload is not sent; most tests are not about the payload. */
function withPayload(message: object): object {
  return 'payload' in message ? message : { ...message, payload: '' };
}

export function published(message: object, overrides: Partial<PublishSettings> = {}): OutgoingPublication {
  const result = publicationFromMessage(deepFreeze(withPayload(message)), settings(overrides), auto());
  assert.ok(result.ok, 'the message can be published');
  return result.publication;
}

export function problem(message: object, overrides: Partial<PublishSettings> = {}): MqttFlowsError {
  const result = publicationFromMessage(deepFreeze(withPayload(message)), settings(overrides), auto());
  assert.ok(!result.ok, 'the message cannot be published');
  assert.equal(result.error.stage, 'publish');
  return result.error;
}
