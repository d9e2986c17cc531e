// A row in the list of servers of the broker dialog: the address, and the switch for TLS that writes its scheme.

import { schemeOf, usesTls, withTls } from '../../core/servers/server-scheme';
import { parseServerUrl, type ServerAddress, splitCredentials } from '../../core/servers/server-url';
import { namesVariables } from '../../settings/environment-text';
import { addFieldNote, type FieldNote } from '../fields/field-note';
import { keepReader } from '../fields/list-rows';
import { sharedText } from '../fields/shared-text';

/** The error for an invalid address, or undefined. */
export function serverProblem(url: string): string | undefined {
  // The values of variables are unknown here.
  if (namesVariables(url)) return undefined;
  const result = parseServerUrl(url);
  return result.ok ? undefined : sharedText(`serverUrl.${result.problem}`);
}

/** What the address means, with the port where it leaves that out. */
function addressHint(url: string): string | undefined {
  if (namesVariables(url)) return sharedText('fields.variables');
  const result = parseServerUrl(url);
  if (!result.ok) return undefined;
  const { address } = result;
  if (address.scheme === 'mqtt+unix') return schemeText(address);
  if (address.credentials) return sharedText('hint.credentialsInAddress');
  const portWritten = /:\d+(\/|\?|$)/.test(url.trim());
  return portWritten
    ? schemeText(address)
    : `${schemeText(address)}, ${sharedText('hint.port', { port: address.port })}`;
}

function schemeText({ scheme }: ServerAddress): string {
  switch (scheme) {
    case 'mqtt':
      return sharedText('scheme.mqtt');
    case 'mqtts':
      return sharedText('scheme.mqtts');
    case 'ws':
      return sharedText('scheme.ws');
    case 'wss':
      return sharedText('scheme.wss');
    case 'mqtt+unix':
      return sharedText('scheme.unix');
  }
}

/** Fills `container`, an item of an editable list, with an address. `changed` is called when it changes. */
export function addServerRow(container: JQuery, saved: string, changed: () => void): void {
  const line = $('<div>').css({ display: 'flex', gap: '8px', alignItems: 'baseline' }).appendTo(container);
  const url = $('<input>', {
    type: 'text',
    placeholder: 'mqtt://localhost:1883',
    'aria-label': sharedText('field.server'),
    title: sharedText('tip.server'),
    spellcheck: false,
  })
    .css({ flex: '1 1 auto', width: 'auto', minWidth: '60px' })
    .val(saved)
    .appendTo(line);
  addTlsSwitch(line, url);
  const credentials = credentialsOf(url);
  addFieldNote(container, url, (value): FieldNote => {
    return { problem: serverProblem(value), hint: credentials.moved() ?? addressHint(value) };
  });
  keepReader(container, () => ({ url: String(url.val()).trim() }));
  // Pasted text is in the field only after the event. Typed text is complete when the field is left.
  url.on('paste', () => void setTimeout(credentials.takeApart, 0));
  url.on('change', credentials.takeApart);
  url.on('input change', changed);
  changed();
}

/** Adds the switch. It is not there where the scheme is unknown here, or cannot have TLS. */
function addTlsSwitch(line: JQuery, url: JQuery): void {
  const box = $('<input>', { type: 'checkbox' });
  const label = $('<label>', { class: 'mqtt-flows-tls', title: sharedText('tip.useTls') });
  label.css({ flex: 'none', width: 'auto', margin: 0 });
  label.append(box, document.createTextNode(sharedText('field.useTls'))).appendTo(line);
  const follow = (): void => {
    const text = String(url.val());
    label.toggle(schemeOf(text) !== undefined);
    box.prop('checked', usesTls(text));
  };
  box.on('change', () => url.val(withTls(String(url.val()).trim(), box.prop('checked') === true)).trigger('input'));
  url.on('input change', follow);
  follow();
}

/** How long it is said that they were moved, in ms. */
const MOVED = 10_000;

interface AddressCredentials {
  /** Moves user name and password of the address, if it has them, to their own fields. */
  takeApart(): void;
  /** Says what was moved, if that was a moment ago and nothing was typed since. */
  moved(): string | undefined;
}

function credentialsOf(url: JQuery): AddressCredentials {
  /** The address that was left when something was moved, and what that was. */
  let left: { readonly url: string; readonly said: string } | undefined;
  return {
    moved: () => (left?.url === url.val() ? left?.said : undefined),
    takeApart: () => {
      const found = splitCredentials(String(url.val()));
      if (!found) return;
      left = { url: found.url, said: movedText(found) };
      url.val(found.url);
      // A part that the address leaves out is the one in its field.
      if (found.username) $('#node-config-input-username').val(found.username).trigger('change');
      if (found.password) $('#node-config-input-password').val(found.password).trigger('change');
      url.trigger('input');
      setTimeout(() => {
        left = undefined;
        url.trigger('input');
      }, MOVED);
    },
  };
}

function movedText({ username, password }: { readonly username: string; readonly password: string }): string {
  if (!password) return sharedText('hint.userNameMoved');
  return username ? sharedText('hint.credentialsMoved') : sharedText('hint.passwordMoved');
}
