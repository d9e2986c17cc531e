// The dialog of the broker node.

import { parseServerUrl } from '../core/server-url';
import { addFieldNote } from '../editor/field-note';
import { sharedText } from '../editor/shared-text';
import { type BrokerConfig, type BrokerCredentials, brokerDefaults } from './broker.config';

function serverProblem(url: string): string | undefined {
  const result = parseServerUrl(url);
  return result.ok ? undefined : sharedText(`serverUrl.${result.problem}`);
}

function isPort(value: unknown): boolean {
  const port = Number(value);
  return value === '' || (Number.isInteger(port) && port >= 0 && port <= 65_535);
}

function isKeepalive(value: unknown): boolean {
  const seconds = Number(value);
  return value !== '' && Number.isInteger(seconds) && seconds >= 0 && seconds <= 65_535;
}

const LOOPBACK = /^(localhost|::1|127\.\d{1,3}\.\d{1,3}\.\d{1,3})$/;

/** Others can reach the port, and nothing keeps them out. */
function isOpenToAll(): boolean {
  const address = String($('#mqtt-flows-embedded-address').val()).trim();
  const anonymous = $('#node-config-input-embeddedUsername').val() === '';
  return $('#mqtt-flows-embedded-port').val() !== '' && address !== '' && !LOOPBACK.test(address) && anonymous;
}

function showChosen(): void {
  const embedded = $('#node-config-input-connectTo').val() === 'embedded';
  $('.mqtt-flows-server').toggle(!embedded);
  $('.mqtt-flows-embedded').toggle(embedded);
  $('.mqtt-flows-embedded-port').toggle(embedded && $('#mqtt-flows-embedded-port').val() !== '');
  $('.mqtt-flows-embedded-open').toggle(embedded && isOpenToAll());
}

RED.nodes.registerType<BrokerConfig, BrokerCredentials>('mqtt-flows-broker', {
  category: 'config',
  defaults: {
    name: { value: brokerDefaults.name },
    connectTo: { value: brokerDefaults.connectTo, required: true },
    servers: {
      value: brokerDefaults.servers,
      validate(servers, _options) {
        // The type of the other property is not known to the validator of this one.
        if ((this as EditorNode & BrokerConfig).connectTo === 'embedded') return true;
        for (const { url } of servers) {
          const problem = serverProblem(url);
          if (problem !== undefined) return problem;
        }
        return true;
      },
    },
    protocolVersion: { value: brokerDefaults.protocolVersion },
    clientId: { value: brokerDefaults.clientId },
    keepalive: {
      value: brokerDefaults.keepalive,
      validate: (value, _options) => isKeepalive(value) || sharedText('fields.keepalive'),
    },
    reconnect: { value: brokerDefaults.reconnect },
    outbox: { value: brokerDefaults.outbox },
    embedded: {
      value: brokerDefaults.embedded,
      validate: (embedded, _options) => isPort(embedded.port) || sharedText('fields.port'),
    },
  },
  credentials: {
    username: { type: 'text' },
    password: { type: 'password' },
    embeddedUsername: { type: 'text' },
    embeddedPassword: { type: 'password' },
  },
  label() {
    if (this.name) return this.name;
    return this.connectTo === 'embedded' ? this._('label.embedded') : (this.servers[0]?.url ?? '');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    const url = $('#mqtt-flows-server-url').val(this.servers[0]?.url ?? '');
    addFieldNote($('#mqtt-flows-server-row'), url, (value) => ({ problem: serverProblem(value) }));
    const { port, bindAddress, allowAnonymous } = { ...brokerDefaults.embedded, ...this.embedded };
    const portInput = $('#mqtt-flows-embedded-port').val(String(port));
    addFieldNote($('#mqtt-flows-embedded-port-row'), portInput, (value) => ({
      problem: isPort(value) ? undefined : sharedText('fields.port'),
      hint: value === '' ? this._('hint.noPort') : undefined,
    }));
    $('#mqtt-flows-embedded-address').val(bindAddress);
    $('#mqtt-flows-embedded-anonymous').prop('checked', allowAnonymous);
    $('#mqtt-flows-embedded-port, #mqtt-flows-embedded-address, #node-config-input-embeddedUsername').on(
      'input change',
      showChosen,
    );
    $('#node-config-input-connectTo').on('change', showChosen);
    showChosen();
  },
  oneditsave() {
    const url = String($('#mqtt-flows-server-url').val()).trim();
    this.servers = [{ url }, ...this.servers.slice(1)];
    const port = String($('#mqtt-flows-embedded-port').val()).trim();
    this.embedded = {
      port: port !== '' && isPort(port) ? Number(port) : '',
      bindAddress: String($('#mqtt-flows-embedded-address').val()).trim(),
      allowAnonymous: $('#mqtt-flows-embedded-anonymous').prop('checked') === true,
    };
  },
});
