// The fields of the broker dialog that say how its servers are reached: addresses, TLS, proxy, WebSocket.

import { namesVariables } from '../core/environment-text';
import { parseServerUrl, type ServerScheme } from '../core/server-url';
import {
  isHeader,
  isProxyUrl,
  isSubprotocol,
  type ProxyConfig,
  type ServerConfig,
  serverDefaults,
  type WebSocketConfig,
} from '../nodes/broker.server.config';
import { addFieldNote } from './field-note';
import { keepReader, listed, readRows } from './list-rows';
import { type NameValue, prepareNameValues, readNameValues } from './name-value-list';
import { sharedText } from './shared-text';

const SERVERS = '#mqtt-flows-servers';
const HEADERS = '#mqtt-flows-headers';

/** Why the first of these addresses that is not valid is not; or undefined. */
export function serversProblem(servers: ServerConfig['servers']): string | undefined {
  return listed(servers)
    .map(({ url }) => serverProblem(url))
    .find((problem) => problem !== undefined);
}

function serverProblem(url: string): string | undefined {
  // What variables hold is not known here.
  if (namesVariables(url)) return undefined;
  const result = parseServerUrl(url);
  return result.ok ? undefined : sharedText(`serverUrl.${result.problem}`);
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

/** Fills the fields with `saved`, and shows only those that the addresses need. */
export function prepareServerFields(saved: ServerConfig): void {
  const list = $(SERVERS).editableList<{ url?: string }>({
    addItem: (container, _index, row) => addServer(container, row.url ?? ''),
    removable: true,
    sortable: true,
    removeItem: () => showNeeded(),
    height: 'auto',
  });
  const servers = listed(saved.servers);
  for (const server of servers.length > 0 ? servers : serverDefaults.servers) {
    list.editableList('addItem', server);
  }
  prepareProxy({ ...serverDefaults.proxy, ...saved.proxy });
  prepareWebSocket({ ...serverDefaults.webSocket, ...saved.webSocket });
  $('#node-config-input-tls').on('change', showNeeded);
  showNeeded();
}

/** What the fields hold; Node-RED reads the choice of the tls-config node itself. */
export function readServerFields(): Omit<ServerConfig, 'tls'> {
  return {
    servers: readRows<ServerConfig['servers'][number]>($(SERVERS)),
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
  addFieldNote(container, url, (value) => ({
    problem: serverProblem(value),
    hint: namesVariables(value) ? sharedText('fields.variables') : undefined,
  }));
  keepReader(container, () => ({ url: String(url.val()).trim() }));
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
  const urls = readRows<ServerConfig['servers'][number]>($(SERVERS)).map(({ url }) => url);
  const secure = urls.some((url) => mayHave(url, ['mqtts', 'wss']));
  $('#mqtt-flows-tls-row').toggle(secure);
  $('#mqtt-flows-tls-unverified').toggle(secure && isUnverified(String($('#node-config-input-tls').val() ?? '')));
  $('#mqtt-flows-websocket').toggle(urls.some((url) => mayHave(url, ['ws', 'wss'])));
  $('.mqtt-flows-proxy-url').toggle($('#mqtt-flows-proxy-use').val() === 'url');
}

function mayHave(url: string, schemes: readonly ServerScheme[]): boolean {
  const result = parseServerUrl(url);
  return result.ok ? schemes.includes(result.address.scheme) : namesVariables(url);
}

/** The tls-config node with this id is told not to look at the certificate of the server. */
function isUnverified(id: string): boolean {
  const node = RED.nodes.node(id);
  return node?.type === 'tls-config' && 'verifyservercert' in node && node.verifyservercert === false;
}
