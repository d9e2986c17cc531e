// The fields of the broker dialog about the broker inside Node-RED: its port, and where it keeps what it remembers.

import { isLoopback } from '../../core/servers/loopback';
import { BROKER_RANGES, type BrokerConfig, brokerDefaults } from '../../settings/broker.config';
import type { DevicesConfig } from '../../settings/broker.devices.config';
import { namesVariables } from '../../settings/environment-text';
import { addFieldNote } from '../fields/field-note';
import { numberProblem, readNumber } from '../fields/number-field';
import { sharedText } from '../fields/shared-text';
import { saysWhoMayConnect, showsWhoMayConnect } from './device-fields';

type Embedded = BrokerConfig['embedded'];
/** The fields of the first tab. */
type EmbeddedPort = Omit<Embedded, keyof DevicesConfig>;

/** What the editor knows of the credentials of a node: the user name, and whether there is a password. */
export interface KnownCredentials {
  readonly embeddedUsername?: string;
  readonly has_embeddedPassword?: boolean;
  readonly embeddedPassword?: string;
}

/**
 * Why devices cannot connect with the settings `saved`, or undefined. Before the dialog has been opened, the editor
 * does not have the credentials, and they are not checked.
 */
export function embeddedProblem(
  saved: Partial<Embedded> | undefined,
  credentials: KnownCredentials | undefined,
): string | undefined {
  const { port, bindAddress, allowAnonymous } = { ...brokerDefaults.embedded, ...saved };
  const wrong = numberProblem(port, BROKER_RANGES.port);
  if (wrong || port === '' || allowAnonymous || !isForOthers(bindAddress) || !credentials) return wrong;
  if (saysWhoMayConnect(saved)) return undefined;
  const { embeddedUsername = '', embeddedPassword = '', has_embeddedPassword = false } = credentials;
  const complete = embeddedUsername !== '' && (embeddedPassword !== '' || has_embeddedPassword);
  return complete ? undefined : sharedText('fields.openToAll');
}

/** Whether other computers can reach this address. */
function isForOthers(address: string): boolean {
  return address !== '' && !namesVariables(address) && !isLoopback(address);
}

/** Whether only programs of this computer can reach this address. A blank one is that of the default. */
function isOnlyHere(address: string): boolean {
  return isLoopback(address || brokerDefaults.embedded.bindAddress);
}

/** Fills the fields with `saved`, and shows only those that apply. */
export function prepareEmbeddedFields(saved: Partial<Embedded> | undefined): void {
  const { port, bindAddress, allowAnonymous, store } = { ...brokerDefaults.embedded, ...saved };
  const portInput = $('#mqtt-flows-embedded-port').val(String(port));
  addFieldNote($('#mqtt-flows-embedded-port-row'), portInput, (value) => ({
    problem: numberProblem(value, BROKER_RANGES.port),
    hint: value.trim() === '' ? sharedText('hint.noPort') : undefined,
  }));
  const address = $('#mqtt-flows-embedded-address').val(bindAddress);
  addFieldNote($('#mqtt-flows-embedded-address-row'), address, (value) => ({
    hint: isOnlyHere(value.trim()) ? sharedText('hint.onlyHere') : undefined,
  }));
  $('#mqtt-flows-embedded-anonymous').prop('checked', allowAnonymous);
  $('#mqtt-flows-embedded-store').val(store);
  $('.mqtt-flows-embedded input').on('input change', showEmbeddedFields);
}

/** Shows the fields that apply to the port and the address. */
export function showEmbeddedFields(): void {
  const { port, bindAddress } = readEmbedded();
  const credentials = ['#node-config-input-embeddedUsername', '#node-config-input-embeddedPassword'];
  const anonymous = credentials.some((field) => $(field).val() === '');
  $('.mqtt-flows-embedded-port').toggle(port !== '');
  $('.mqtt-flows-embedded-open').toggle(port !== '' && isForOthers(bindAddress) && anonymous && !showsWhoMayConnect());
}

/** Reads the fields. */
export function readEmbedded(): EmbeddedPort {
  return {
    port: readNumber('embedded-port'),
    bindAddress: String($('#mqtt-flows-embedded-address').val()).trim(),
    allowAnonymous: $('#mqtt-flows-embedded-anonymous').prop('checked') === true,
    store: $('#mqtt-flows-embedded-store').val() === 'memory' ? 'memory' : 'disk',
  };
}
