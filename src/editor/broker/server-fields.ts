// The fields of the broker dialog about the servers: addresses, TLS, proxy, WebSocket.

import { parseServerUrl, type ServerScheme, splitCredentials } from '../../core/servers/server-url';
import {
  isHeader,
  isProxyUrl,
  isSubprotocol,
  type ProxyConfig,
  type ServerConfig,
  serverDefaults,
  type WebSocketConfig,
} from '../../settings/broker.server.config';
import { namesVariables } from '../../settings/environment-text';
import { addFieldNote } from '../fields/field-note';
import { keepReader, listed, readRows, useArrowKeys } from '../fields/list-rows';
import { type NameValue, prepareNameValues, readNameValues } from '../fields/name-value-list';
import { sharedText } from '../fields/shared-text';

const SERVERS = '#mqtt-flows-servers';
const HEADERS = '#mqtt-flows-headers';

/** The error for the first invalid address, or undefined. */
export function serversProblem(servers: ServerConfig['servers']): string | undefined {
  return listed(servers)
    .map(({ url }) => serverProblem(url))
    .find((problem) => problem !== undefined);
}

function serverProblem(url: string): string | undefined {
  // The values of variables are unknown here.
  if (namesVariables(url)) return undefined;
  const result = parseServerUrl(url);
  return result.ok ? undefined : sharedText(`serverUrl.${result.problem}`);
}

/** The full meaning of an address that leaves parts out; undefined when it is complete. */
function addressHint(url: string): string | undefined {
  if (namesVariables(url)) return sharedText('fields.variables');
  const result = parseServerUrl(url);
  if (!result.ok || result.address.scheme === 'mqtt+unix') return undefined;
  if (result.address.credentials) return sharedText('hint.credentialsInAddress');
  if (/:\d+(\/|\?|$)/.test(url.trim())) return undefined;
  return sharedText('hint.port', { port: result.address.port });
}

/** The error for a TLS configuration that no address uses, which would look safer than it is; or undefined. */
export function tlsProblem(id: string | undefined, servers: ServerConfig['servers'] | undefined): string | undefined {
  const used = listed(servers).some(({ url }) => mayHave(url, ['mqtts', 'wss']));
  return isChosen(id) && !used ? sharedText('fields.tlsUnused') : undefined;
}

/** The selection of Node-RED's list of configuration nodes may be "add new". */
function isChosen(id: string | undefined): boolean {
  return id !== undefined && id !== '' && id !== '_ADD_';
}

/** The error for a password without a user name, which MQTT 3.1.1 cannot send (section 3.1.2.9), or undefined. */
function passwordProblem(password: string): string | undefined {
  const alone = password !== '' && $('#node-config-input-username').val() === '';
  const older = ['3', '4'].includes(String($('#node-config-input-protocolVersion').val()));
  return alone && older ? sharedText('fields.passwordAlone') : undefined;
}

/** Why this proxy cannot be used, or undefined. */
export function proxyProblem(saved: ProxyConfig | undefined): string | undefined {
  const { use, url } = { ...serverDefaults.proxy, ...saved };
  return use !== 'url' || namesVariables(url) || isProxyUrl(url) ? undefined : sharedText('expected.proxyUrl');
}

/** Why these settings for WebSocket cannot be used, or undefined. */
export function webSocketProblem(saved: WebSocketConfig | undefined): string | undefined {
  const { headers, subprotocol } = { ...serverDefaults.webSocket, ...saved };
  if (!namesVariables(subprotocol) && !isSubprotocol(subprotocol)) return sharedText('expected.text');
  return listed(headers)
    .map(headerProblem)
    .find((problem) => problem !== undefined);
}

function headerProblem({ name, value }: NameValue): string | undefined {
  const isBlank = name === '' && value === '';
  return isBlank || namesVariables(name + value) || isHeader(name, value) ? undefined : sharedText('expected.header');
}

/** Fills the fields with `saved`, and shows only those that apply to the addresses. */
export function prepareServerFields(saved: ServerConfig): void {
  const list = $(SERVERS).editableList<{ url?: string }>({
    addItem: (container, _index, row) => addServer(container, row.url ?? ''),
    removable: true,
    sortable: true,
    removeItem: () => showNeeded(),
    height: 'auto',
  });
  useArrowKeys(list);
  const servers = listed(saved.servers);
  for (const server of servers.length > 0 ? servers : serverDefaults.servers) {
    list.editableList('addItem', server);
  }
  // Those of several servers may differ, and there is one pair of fields.
  if (servers.length === 1) list.find('input').trigger('change');
  prepareProxy({ ...serverDefaults.proxy, ...saved.proxy });
  prepareWebSocket({ ...serverDefaults.webSocket, ...saved.webSocket });
  const tls = $('#node-config-input-tls').on('change', showNeeded);
  addFieldNote($('#mqtt-flows-tls-row'), tls, (id) => ({ problem: tlsProblem(id, readServers()) }));
  const password = $('#node-config-input-password');
  addFieldNote($('#mqtt-flows-password-row'), password, (value) => ({ problem: passwordProblem(value) }));
  $('#node-config-input-username, #node-config-input-protocolVersion').on('input change', () => {
    password.trigger('input');
  });
  showNeeded();
}

function readServers(): ServerConfig['servers'] {
  return readRows<ServerConfig['servers'][number]>($(SERVERS));
}

/** Reads the fields. Node-RED reads the choice of the tls-config node itself. */
export function readServerFields(): Omit<ServerConfig, 'tls'> {
  return {
    servers: readServers(),
    proxy: {
      use: String($('#mqtt-flows-proxy-use').val()) as ProxyConfig['use'],
      url: String($('#mqtt-flows-proxy-url').val()).trim(),
    },
    webSocket: {
      headers: readNameValues($(HEADERS)),
      subprotocol: String($('#mqtt-flows-subprotocol').val()).trim(),
    },
  };
}

function addServer(container: JQuery, saved: string): void {
  const url = $('<input>', {
    type: 'text',
    placeholder: 'mqtt://localhost:1883',
    'aria-label': sharedText('field.server'),
    title: sharedText('tip.server'),
    spellcheck: false,
  })
    .css({ width: '100%' })
    .val(saved)
    .appendTo(container);
  let moved = false;
  addFieldNote(container, url, (value) => ({
    problem: serverProblem(value),
    hint: moved ? sharedText('hint.credentialsMoved') : addressHint(value),
  }));
  keepReader(container, () => ({ url: String(url.val()).trim() }));
  const takeApart = (): void => {
    const found = splitCredentials(String(url.val()));
    if (!found) return;
    url.val(found.url);
    moved = true;
    // A part that the address leaves out is the one in its field.
    if (found.username) $('#node-config-input-username').val(found.username).trigger('change');
    if (found.password) $('#node-config-input-password').val(found.password).trigger('change');
    url.trigger('input');
  };
  // Pasted text is in the field only after the event. Typed text is complete when the field is left.
  url.on('paste', () => void setTimeout(takeApart, 0));
  url.on('change', takeApart);
  url.on('input change', showNeeded);
  showNeeded();
}

function prepareProxy({ use, url }: ProxyConfig): void {
  $('#mqtt-flows-proxy-use').val(use).on('change', showNeeded);
  const address = $('#mqtt-flows-proxy-url').val(url);
  addFieldNote($('#mqtt-flows-proxy-url-row'), address, (value) => ({
    problem: proxyProblem({ use: 'url', url: value.trim() }),
  }));
}

function prepareWebSocket({ headers, subprotocol }: WebSocketConfig): void {
  const field = $('#mqtt-flows-subprotocol').val(subprotocol);
  field.closest('details').prop('open', headers.length > 0 || subprotocol !== '');
  prepareNameValues($(HEADERS), headers, headerProblem);
}

function showNeeded(): void {
  const urls = readServers().map(({ url }) => url);
  const secure = urls.some((url) => mayHave(url, ['mqtts', 'wss']));
  const tls = $('#node-config-input-tls');
  const id = String(tls.val() ?? '');
  // A chosen TLS configuration that is not used stays visible, with a note about it.
  $('#mqtt-flows-tls-row').toggle(secure || isChosen(id));
  $('#mqtt-flows-tls-unverified').toggle(secure && isUnverified(id));
  tls.triggerHandler('input');
  $('#mqtt-flows-websocket').toggle(urls.some((url) => mayHave(url, ['ws', 'wss'])));
  $('.mqtt-flows-proxy-url').toggle($('#mqtt-flows-proxy-use').val() === 'url');
}

function mayHave(url: string, schemes: readonly ServerScheme[]): boolean {
  // A variable at the beginning may contain the scheme.
  if (/^\s*\$\{/.test(url)) return true;
  const result = parseServerUrl(url);
  return result.ok ? schemes.includes(result.address.scheme) : namesVariables(url);
}

/** Whether the tls-config node with this id disables the verification of the server's certificate. */
function isUnverified(id: string): boolean {
  const node = RED.nodes.node(id);
  return node?.type === 'tls-config' && 'verifyservercert' in node && node.verifyservercert === false;
}
