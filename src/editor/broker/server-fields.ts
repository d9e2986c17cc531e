// The fields of the broker dialog about the servers: addresses, TLS, proxy, WebSocket.

import { parseServerUrl, type ServerScheme } from '../../core/servers/server-url';
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
import { listed, readRows, useArrowKeys } from '../fields/list-rows';
import { type NameValue, prepareNameValues, readNameValues } from '../fields/name-value-list';
import { sharedText } from '../fields/shared-text';
import { addServerRow, serverProblem } from './server-row';

const SERVERS = '#mqtt-flows-servers';
const HEADERS = '#mqtt-flows-headers';

/** Those of saved servers. A hand-edited row may have none. */
function addresses(servers: readonly Partial<ServerConfig['servers'][number]>[] | undefined): string[] {
  return listed(servers).map(({ url = '' }) => url);
}

/** The error for the first invalid address, or undefined. */
export function serversProblem(servers: ServerConfig['servers']): string | undefined {
  return addresses(servers)
    .map(serverProblem)
    .find((problem) => problem !== undefined);
}

/** The error for a TLS configuration that no address uses, which would look safer than it is; or undefined. */
export function tlsProblem(id: string | undefined, servers: ServerConfig['servers'] | undefined): string | undefined {
  const used = addresses(servers).some((url) => mayHave(url, ['mqtts', 'wss']));
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
    addItem: (container, _index, row) => addServerRow(container, row.url ?? '', showNeeded),
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
  if (servers.length === 1) list.find('input[type=text]').trigger('change');
  prepareProxy({ ...serverDefaults.proxy, ...saved.proxy });
  prepareWebSocket({ ...serverDefaults.webSocket, ...saved.webSocket });
  const tls = $('#node-config-input-tls').on('change', showNeeded);
  addFieldNote($('#mqtt-flows-tls-row'), tls, (id) => ({ problem: tlsProblem(id, readServers()) }));
  const username = $('#node-config-input-username');
  addFieldNote(username.closest('.form-row'), username, (value) => ({ hint: outerBlanksHint(value) }));
  const password = $('#node-config-input-password');
  addFieldNote($('#mqtt-flows-password-row'), password, (value) => ({
    problem: passwordProblem(value),
    hint: outerBlanksHint(value),
  }));
  username.add('#node-config-input-protocolVersion').on('input change', () => {
    password.trigger('input');
  });
  showNeeded();
}

/** Blanks are allowed there. Most of them came with what was pasted, and the refusal of a server does not tell. */
function outerBlanksHint(value: string): string | undefined {
  return value === value.trim() ? undefined : sharedText('hint.outerBlanks');
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

function prepareProxy({ use, url }: ProxyConfig): void {
  $('#mqtt-flows-proxy-use').val(use).on('change', showNeeded);
  const address = $('#mqtt-flows-proxy-url').val(url);
  addFieldNote($('#mqtt-flows-proxy-url-row'), address, (value) => ({
    problem: proxyProblem({ use: 'url', url: value.trim() }),
  }));
}

function prepareWebSocket({ headers, subprotocol }: WebSocketConfig): void {
  $('#mqtt-flows-subprotocol').val(subprotocol);
  prepareNameValues($(HEADERS), headers, headerProblem);
}

function showNeeded(): void {
  const urls = readServers().map(({ url }) => url);
  $('#mqtt-flows-servers-label').text(urls.length > 1 ? sharedText('field.servers') : sharedText('field.server'));
  const secure = urls.some((url) => mayHave(url, ['mqtts', 'wss']));
  const tls = $('#node-config-input-tls');
  const id = String(tls.val() ?? '');
  // A chosen TLS configuration that is not used stays visible, with a note about it.
  $('#mqtt-flows-tls-row').toggle(secure || isChosen(id));
  $('#mqtt-flows-tls-unverified').toggle(secure && isUnverified(id));
  tls.triggerHandler('input');
  $('.mqtt-flows-websocket').toggle(urls.some((url) => mayHave(url, ['ws', 'wss'])));
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
