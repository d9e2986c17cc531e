// The dialog of the broker node.

import { namesVariables } from '../core/environment-text';
import { fillTemplate, parseTemplate } from '../core/template';
import { addFieldNote } from '../editor/field-note';
import { listed } from '../editor/list-rows';
import {
  prepareServerFields,
  proxyProblem,
  readServerFields,
  serversProblem,
  webSocketProblem,
} from '../editor/server-fields';
import { addSessionFields, messageValidity, numberValidity } from '../editor/session-fields';
import { sharedText } from '../editor/shared-text';
import { type BrokerConfig, type BrokerCredentials, brokerDefaults } from './broker.config';
import { serverDefaults } from './broker.server.config';
import { sessionDefaults } from './broker.session.config';

/** Nothing but the name of the machine can be filled in. */
function isClientId(text: string): boolean {
  if (namesVariables(text)) return true;
  const parsed = parseTemplate(text);
  return parsed.ok && fillTemplate(parsed.template, { hostname: 'host' }).ok;
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
  const credentials = ['#node-config-input-embeddedUsername', '#node-config-input-embeddedPassword'];
  const anonymous = credentials.some((field) => $(field).val() === '');
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
        return serversProblem(servers) ?? true;
      },
    },
    tls: { value: brokerDefaults.tls, type: 'tls-config', required: false },
    proxy: { value: brokerDefaults.proxy, validate: (proxy, _options) => proxyProblem(proxy) ?? true },
    webSocket: {
      value: brokerDefaults.webSocket,
      validate: (webSocket, _options) => webSocketProblem(webSocket) ?? true,
    },
    protocolVersion: { value: brokerDefaults.protocolVersion },
    autoConnect: { value: brokerDefaults.autoConnect },
    clientId: {
      value: brokerDefaults.clientId,
      validate: (value, _options) => isClientId(value) || sharedText('fields.clientId'),
    },
    keepalive: {
      value: brokerDefaults.keepalive,
      validate: (value, _options) => isKeepalive(value) || sharedText('fields.keepalive'),
    },
    cleanStart: { value: brokerDefaults.cleanStart },
    sessionExpiryInterval: {
      value: brokerDefaults.sessionExpiryInterval,
      validate: (value, _options) => numberValidity('sessionExpiryInterval', value),
    },
    birth: { value: brokerDefaults.birth, validate: (message, _options) => messageValidity(message) },
    close: { value: brokerDefaults.close, validate: (message, _options) => messageValidity(message) },
    will: { value: brokerDefaults.will, validate: (message, _options) => messageValidity(message) },
    receiveMaximum: {
      value: brokerDefaults.receiveMaximum,
      validate: (value, _options) => numberValidity('receiveMaximum', value),
    },
    maximumPacketSize: {
      value: brokerDefaults.maximumPacketSize,
      validate: (value, _options) => numberValidity('maximumPacketSize', value),
    },
    topicAliasMaximum: {
      value: brokerDefaults.topicAliasMaximum,
      validate: (value, _options) => numberValidity('topicAliasMaximum', value),
    },
    userProperties: { value: brokerDefaults.userProperties },
    reconnect: { value: brokerDefaults.reconnect },
    outbox: { value: brokerDefaults.outbox },
    embedded: {
      value: brokerDefaults.embedded,
      validate: (embedded, _options) => isPort(embedded?.port ?? '') || sharedText('fields.port'),
    },
  },
  credentials: {
    username: { type: 'text' },
    password: { type: 'password' },
    proxyUsername: { type: 'text' },
    proxyPassword: { type: 'password' },
    embeddedUsername: { type: 'text' },
    embeddedPassword: { type: 'password' },
  },
  label() {
    if (this.name) return this.name;
    return this.connectTo === 'embedded' ? this._('label.embedded') : (listed(this.servers)[0]?.url ?? '');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    // A node from before this property was there.
    if (this.autoConnect === undefined) $('#node-config-input-autoConnect').prop('checked', true);
    prepareServerFields({ ...serverDefaults, ...this });
    const { port, bindAddress, allowAnonymous } = { ...brokerDefaults.embedded, ...this.embedded };
    const portInput = $('#mqtt-flows-embedded-port').val(String(port));
    addFieldNote($('#mqtt-flows-embedded-port-row'), portInput, (value) => ({
      problem: isPort(value) ? undefined : sharedText('fields.port'),
      hint: value === '' ? this._('hint.noPort') : undefined,
    }));
    $('#mqtt-flows-embedded-address').val(bindAddress);
    $('#mqtt-flows-embedded-anonymous').prop('checked', allowAnonymous);
    $(
      '#mqtt-flows-embedded-port, #mqtt-flows-embedded-address, #node-config-input-embeddedUsername, #node-config-input-embeddedPassword',
    ).on('input change', showChosen);
    const session = $('#mqtt-flows-session');
    session.data('read', addSessionFields(session, { ...sessionDefaults, ...this }));
    $('#node-config-input-connectTo').on('change', showChosen);
    showChosen();
  },
  oneditsave() {
    Object.assign(this, readServerFields(), $('#mqtt-flows-session').data('read')());
    const port = String($('#mqtt-flows-embedded-port').val()).trim();
    this.embedded = {
      port: port === '' ? '' : Number(port),
      bindAddress: String($('#mqtt-flows-embedded-address').val()).trim(),
      allowAnonymous: $('#mqtt-flows-embedded-anonymous').prop('checked') === true,
    };
  },
});
