// The fields of the broker dialog about CONNECT: the session, and the limits and user properties of MQTT 5.

import { SESSION_RANGES, type SessionConfig } from '../../settings/broker.session.config';
import { prepareUserProperties, readUserProperties } from '../fields/name-value-list';
import { numberProblem, prepareNumber, readNumber } from '../fields/number-field';
import { sharedText } from '../fields/shared-text';
import { BYTES, SECONDS, type Units } from '../fields/unit';

/** The settings that CONNECT carries as properties, in MQTT 5 only. */
export type ConnectNumber = keyof typeof SESSION_RANGES;

const NUMBERS: readonly ConnectNumber[] = [
  'sessionExpiryInterval',
  'receiveMaximum',
  'maximumPacketSize',
  'topicAliasMaximum',
];
const UNITS: Partial<Readonly<Record<ConnectNumber, Units>>> = {
  sessionExpiryInterval: SECONDS,
  maximumPacketSize: BYTES,
};
const USER_PROPERTIES = '#mqtt-flows-userProperties';

/** The settings that decide whether MQTT 5 settings have an effect. */
export interface VersionChosen {
  readonly connectTo: string;
  readonly protocolVersion: string | number;
  readonly cleanStart: boolean;
}

/** Whether MQTT 5 is possible: our client speaks it with the embedded broker, whatever the setting says. */
export function maySpeakMqtt5({ connectTo, protocolVersion }: VersionChosen): boolean {
  return connectTo === 'embedded' || !['3', '4'].includes(String(protocolVersion));
}

/** Why the value of an MQTT 5 setting contradicts the others, or undefined. */
export function connectNumberProblem(name: ConnectNumber, value: unknown, chosen: VersionChosen): string | undefined {
  // Settings without effect on the embedded broker are hidden.
  if (chosen.connectTo === 'embedded') return undefined;
  const text = String(value ?? '').trim();
  if (text !== '' && !maySpeakMqtt5(chosen)) return sharedText('fields.mqtt5Only');
  if (name === 'sessionExpiryInterval' && text === '0' && !chosen.cleanStart) return sharedText('fields.expiryZero');
  return numberProblem(value, SESSION_RANGES[name], UNITS[name]);
}

/** Fills the fields with `saved`. `chosen` reads the fields that they depend on. */
export function prepareSessionFields(saved: SessionConfig, chosen: () => VersionChosen): void {
  const keep = $('#mqtt-flows-keep-session').prop('checked', !saved.cleanStart);
  keep.on('change', () => showMqtt5Fields(chosen()));
  for (const name of NUMBERS) {
    prepareNumber(name, saved[name], {
      problem: (value) => connectNumberProblem(name, value, chosen()),
      units: UNITS[name],
    });
  }
  prepareUserProperties($(USER_PROPERTIES), saved.userProperties);
}

/**
 * Hides the MQTT 5 fields where MQTT 5 is not possible. A field with a value stays, with a note that it is not used.
 */
export function showMqtt5Fields(chosen: VersionChosen): void {
  recheck();
  const speaks = maySpeakMqtt5(chosen);
  $('.mqtt-flows-mqtt5').each((_index, element) => {
    const filled = $(element)
      .find('input, select:not(.mqtt-flows-unit)')
      .toArray()
      .some((input) => String($(input).val() ?? '') !== '');
    $(element).toggle(speaks || filled);
  });
  // How long what is kept? A blank field would say "for ever" of a session that ends with its connection.
  if (chosen.cleanStart && $('#mqtt-flows-sessionExpiryInterval').val() === '') $('#mqtt-flows-expiry-row').hide();
  $('.mqtt-flows-mqtt5-unsent').toggle(!speaks);
}

/** Reads the fields. */
export function readSessionFields(): Omit<SessionConfig, 'birth' | 'close' | 'will'> {
  return {
    cleanStart: keepsNoSession(),
    sessionExpiryInterval: readNumber('sessionExpiryInterval'),
    receiveMaximum: readNumber('receiveMaximum'),
    maximumPacketSize: readNumber('maximumPacketSize'),
    topicAliasMaximum: readNumber('topicAliasMaximum'),
    userProperties: readUserProperties($(USER_PROPERTIES)),
  };
}

/** Whether "Keep the session" is not ticked. The check box is the opposite of MQTT's clean start. */
export function keepsNoSession(): boolean {
  return $('#mqtt-flows-keep-session').prop('checked') !== true;
}

function recheck(): void {
  for (const name of NUMBERS) $(`#mqtt-flows-${name}`).trigger('change');
}
