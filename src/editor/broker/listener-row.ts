// A row in the list of listeners of the broker inside Node-RED: kind, place, and what is asked of client certificates.

import {
  CERTIFICATE_CHOICES,
  isWebPath,
  LISTENER_KINDS,
  type ListenerConfig,
  type ListenerKind,
  listenerDefaults,
  PORT_RANGE,
  USUAL_PORTS,
} from '../../settings/broker.devices.config';
import { namesVariables } from '../../settings/environment-text';
import { addFieldNote } from '../fields/field-note';
import { keepReader } from '../fields/list-rows';
import { numberProblem } from '../fields/number-field';
import { sharedText } from '../fields/shared-text';

/** Why a listener cannot be opened, or undefined. */
export function listenerProblem({ kind, port, path }: ListenerConfig): string | undefined {
  if (kind !== 'path') return numberProblem(port, PORT_RANGE);
  return path === '' || namesVariables(path) || isWebPath(path) ? undefined : sharedText('fields.webPath');
}

export function isSecure(kind: ListenerKind): boolean {
  return kind === 'tls' || kind === 'wss';
}

/** Fills `container`, an item of an editable list. `changed` is called when another kind is chosen. */
export function addListenerRow(container: JQuery, row: Partial<ListenerConfig>, changed: () => void): void {
  const saved: ListenerConfig = { ...listenerDefaults, ...row };
  const line = $('<div>').css({ display: 'flex', flexWrap: 'wrap', gap: '6px', alignItems: 'baseline' });
  line.appendTo(container);
  const kind = select(line, sharedText('field.listenerKind'), LISTENER_KINDS, kindText, saved.kind);
  const port = input(line, sharedText('field.embeddedPort'), String(saved.port), '0 1 70px').attr(
    'inputmode',
    'numeric',
  );
  const address = input(line, sharedText('field.bindAddress'), saved.bindAddress, '1 1 90px');
  const path = input(line, sharedText('field.path'), saved.path, '1 1 90px').attr('placeholder', listenerDefaults.path);
  const label = sharedText('field.clientCertificate');
  const certificate = select(line, label, CERTIFICATE_CHOICES, certificateText, saved.clientCertificate);
  const read = (): ListenerConfig => {
    const text = String(port.val()).trim();
    return {
      kind: chosenKind(kind),
      port: text === '' || Number.isNaN(Number(text)) ? text : Number(text),
      bindAddress: String(address.val()).trim(),
      path: String(path.val()).trim(),
      clientCertificate: CERTIFICATE_CHOICES.find((choice) => choice === certificate.val()) ?? 'none',
    };
  };
  const show = (): void => {
    const chosen = chosenKind(kind);
    port.add(address).toggle(chosen !== 'path');
    path.toggle(chosen === 'path');
    certificate.toggle(isSecure(chosen));
    if (chosen !== 'path') port.attr('placeholder', String(USUAL_PORTS[chosen]));
    port.trigger('input');
    path.trigger('input');
    changed();
  };
  addFieldNote(container, port, () => ({ problem: listenerProblem({ ...read(), path: '' }) }));
  addFieldNote(container, path, () => ({ problem: listenerProblem({ ...read(), port: '' }) }));
  keepReader<ListenerConfig>(container, read);
  kind.on('change', show);
  show();
}

function chosenKind(kind: JQuery): ListenerKind {
  return LISTENER_KINDS.find((choice) => choice === kind.val()) ?? listenerDefaults.kind;
}

function input(line: JQuery, label: string, value: string, flex: string): JQuery {
  return $('<input>', { type: 'text', 'aria-label': label, title: label, spellcheck: false })
    .css({ flex, width: '70px', minWidth: '60px' })
    .val(value)
    .appendTo(line);
}

function select<Choice extends string>(
  line: JQuery,
  label: string,
  choices: readonly Choice[],
  text: (choice: Choice) => string,
  saved: Choice,
): JQuery {
  const element = $('<select>', { 'aria-label': label, title: label }).css({ flex: '0 1 auto', width: 'auto' });
  for (const choice of choices) element.append($('<option>', { value: choice }).text(text(choice)));
  return element.val(saved).appendTo(line);
}

function kindText(kind: ListenerKind): string {
  switch (kind) {
    case 'tcp':
      return sharedText('listenerKind.tcp');
    case 'tls':
      return sharedText('listenerKind.tls');
    case 'ws':
      return sharedText('listenerKind.ws');
    case 'wss':
      return sharedText('listenerKind.wss');
    case 'path':
      return sharedText('listenerKind.path');
  }
}

function certificateText(choice: ListenerConfig['clientCertificate']): string {
  switch (choice) {
    case 'none':
      return sharedText('clientCertificate.none');
    case 'required':
      return sharedText('clientCertificate.required');
    case 'user':
      return sharedText('clientCertificate.user');
  }
}
