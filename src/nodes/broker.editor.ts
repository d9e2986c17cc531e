// The dialog of the broker node.

import type { MessageConfig } from '../core/servers/message-config';
import type { MessagesAboutClient } from '../core/servers/presence';
import { withoutSecrets } from '../core/servers/server-url';
import { fillTemplate, parseTemplate } from '../core/values/template';
import { listBrokerUsers, watchBroker } from '../editor/broker/broker-state';
import { prepareConnectionTest } from '../editor/broker/connection-test';
import { devicesProblem, prepareDeviceFields, readDevices } from '../editor/broker/device-fields';
import {
  embeddedProblem,
  type KnownCredentials,
  prepareEmbeddedFields,
  readEmbedded,
  showEmbeddedFields,
} from '../editor/broker/embedded-fields';
import { nameFurtherEmbedded } from '../editor/broker/embedded-name';
import { messageProblem } from '../editor/broker/message-fields';
import { prepareOtherTabs } from '../editor/broker/other-tabs';
import { outboxProblem, prepareOutboxFields, readOutbox } from '../editor/broker/outbox-fields';
import { prepareOutboxState } from '../editor/broker/outbox-state';
import { addPresenceFields } from '../editor/broker/presence-fields';
import { prepareReconnectFields, readReconnect, reconnectProblem } from '../editor/broker/reconnect-fields';
import {
  prepareServerFields,
  proxyProblem,
  readServerFields,
  serversProblem,
  tlsProblem,
  webSocketProblem,
} from '../editor/broker/server-fields';
import {
  type ConnectNumber,
  connectNumberProblem,
  keepsNoSession,
  prepareSessionFields,
  readSessionFields,
  showMqtt5Fields,
  type VersionChosen,
} from '../editor/broker/session-fields';
import { listed } from '../editor/fields/list-rows';
import { prepareMore, rowsIn, type UsualValues } from '../editor/fields/more';
import { numberProblem, prepareNumber, readNumber } from '../editor/fields/number-field';
import { sharedText } from '../editor/fields/shared-text';
import { createTabs, showTab } from '../editor/fields/tabs';
import { completed } from '../editor/fields/with-defaults';
import {
  BROKER_RANGES,
  type BrokerConfig,
  type BrokerCredentials,
  brokerCredentials,
  brokerDefaults,
} from '../settings/broker.config';
import { serverDefaults } from '../settings/broker.server.config';
import { sessionDefaults } from '../settings/broker.session.config';
import { namesVariables } from '../settings/environment-text';

/** What is usual in the fold of the first tab. */
const USUAL: UsualValues = {
  'node-config-input-protocolVersion': brokerDefaults.protocolVersion,
  'mqtt-flows-subprotocol': brokerDefaults.webSocket.subprotocol,
  'mqtt-flows-embedded-store': brokerDefaults.embedded.store,
  'node-config-input-autoConnect': brokerDefaults.autoConnect,
};

/** Whether `text` has no placeholder other than the host name. */
function isClientId(text: string): boolean {
  if (namesVariables(text)) return true;
  const parsed = parseTemplate(text);
  return parsed.ok && fillTemplate(parsed.template, { hostname: 'host' }).ok;
}

/** Reads the settings of the open dialog that decide about MQTT 5. */
function chosen(): VersionChosen {
  return {
    connectTo: String($('#node-config-input-connectTo').val()),
    protocolVersion: String($('#node-config-input-protocolVersion').val()),
    cleanStart: keepsNoSession(),
  };
}

function showChosen(): void {
  const embedded = chosen().connectTo === 'embedded';
  $('.mqtt-flows-server').toggle(!embedded);
  $('.mqtt-flows-embedded').toggle(embedded);
  showTab('mqtt-flows-tabs', 'mqtt-flows-tab-devices', embedded);
  showEmbeddedFields();
  showMqtt5Fields(chosen());
}

/** The definition of an MQTT 5 setting. The validator of one property does not know the types of the others. */
function connectNumber(name: ConnectNumber): EditorProperty<BrokerConfig[ConnectNumber]> {
  return {
    value: brokerDefaults[name],
    validate(value, _options) {
      return connectNumberProblem(name, value, this as EditorNode & BrokerConfig) ?? true;
    },
  };
}

function message(name: keyof MessagesAboutClient): EditorProperty<MessageConfig> {
  return { value: brokerDefaults[name], validate: (saved, _options) => messageProblem(saved) ?? true };
}

RED.nodes.registerType<BrokerConfig, BrokerCredentials>('mqtt-flows-broker', {
  category: 'config',
  defaults: {
    name: { value: brokerDefaults.name },
    connectTo: { value: brokerDefaults.connectTo, required: true },
    servers: {
      value: brokerDefaults.servers,
      validate(servers, _options) {
        if ((this as EditorNode & BrokerConfig).connectTo === 'embedded') return true;
        return serversProblem(servers) ?? true;
      },
    },
    tls: {
      value: brokerDefaults.tls,
      type: 'tls-config',
      validate(id, _options) {
        const { connectTo, servers } = this as EditorNode & BrokerConfig;
        return (connectTo === 'embedded' ? undefined : tlsProblem(id, servers)) ?? true;
      },
    },
    proxy: { value: brokerDefaults.proxy, validate: (proxy, _options) => proxyProblem(proxy) ?? true },
    webSocket: {
      value: brokerDefaults.webSocket,
      validate: (webSocket, _options) => webSocketProblem(webSocket) ?? true,
    },
    protocolVersion: { value: brokerDefaults.protocolVersion },
    autoConnect: { value: brokerDefaults.autoConnect },
    clientId: {
      value: brokerDefaults.clientId,
      validate: (value, _options) => isClientId(value ?? brokerDefaults.clientId) || sharedText('fields.clientId'),
    },
    keepalive: {
      value: brokerDefaults.keepalive,
      validate: (value, _options) => numberProblem(value, BROKER_RANGES.keepalive) ?? true,
    },
    connectTimeout: {
      value: brokerDefaults.connectTimeout,
      validate: (value, _options) => numberProblem(value, BROKER_RANGES.connectTimeout) ?? true,
    },
    cleanStart: { value: brokerDefaults.cleanStart },
    sessionExpiryInterval: connectNumber('sessionExpiryInterval'),
    birth: message('birth'),
    close: message('close'),
    will: message('will'),
    receiveMaximum: connectNumber('receiveMaximum'),
    maximumPacketSize: connectNumber('maximumPacketSize'),
    topicAliasMaximum: connectNumber('topicAliasMaximum'),
    userProperties: { value: brokerDefaults.userProperties },
    reconnect: { value: brokerDefaults.reconnect, validate: (delays, _options) => reconnectProblem(delays) ?? true },
    outbox: { value: brokerDefaults.outbox, validate: (outbox, _options) => outboxProblem(outbox) ?? true },
    listenerTls: { value: brokerDefaults.listenerTls, type: 'tls-config', required: false },
    embedded: {
      value: brokerDefaults.embedded,
      validate(embedded, _options) {
        const { connectTo, credentials } = this as EditorNode & BrokerConfig & { credentials?: KnownCredentials };
        if (connectTo !== 'embedded') return true;
        return embeddedProblem(embedded, credentials) ?? devicesProblem(embedded) ?? true;
      },
    },
  },
  credentials: brokerCredentials,
  paletteLabel() {
    return this._('label.broker');
  },
  label() {
    if (this.name) return this.name;
    const address = withoutSecrets(listed(this.servers)[0]?.url ?? '');
    return this.connectTo === 'embedded' ? this._('label.embedded') : address;
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    // The node may be hand-edited, or older than the property.
    $('#node-config-input-autoConnect').prop('checked', this.autoConnect ?? brokerDefaults.autoConnect);
    for (const choice of ['connectTo', 'protocolVersion'] as const) {
      $(`#node-config-input-${choice}`).val(this[choice] ?? brokerDefaults[choice]);
    }
    takeCoreUser();
    prepareServerFields(completed(serverDefaults, this));
    prepareEmbeddedFields(this.embedded);
    prepareDeviceFields(this.id, this.embedded, showEmbeddedFields);
    prepareSessionFields(completed(sessionDefaults, this), chosen);
    prepareOutboxFields(this.outbox);
    prepareReconnectFields(this.reconnect);
    for (const name of ['keepalive', 'connectTimeout'] as const) {
      prepareNumber(name, this[name] ?? brokerDefaults[name], {
        problem: (value) => numberProblem(value, BROKER_RANGES[name]),
        ...(name === 'keepalive' && { zeroHint: this._('hint.noKeepalive') }),
      });
    }
    const words = {
      birth: { topic: this._('field.birth'), tip: this._('tip.birth') },
      close: { topic: this._('field.close'), tip: this._('tip.close') },
      will: { topic: this._('field.will'), tip: this._('tip.will') },
    };
    readMessages = addPresenceFields($('#mqtt-flows-tab-messages'), words, this, showChosen);
    const panes = [
      { id: 'mqtt-flows-tab-connection', label: this._('tab.connection') },
      { id: 'mqtt-flows-tab-devices', label: this._('tab.devices') },
      { id: 'mqtt-flows-tab-session', label: this._('tab.session') },
      { id: 'mqtt-flows-tab-messages', label: this._('tab.messages') },
      { id: 'mqtt-flows-tab-outbox', label: this._('tab.outbox') },
      { id: 'mqtt-flows-tab-advanced', label: this._('tab.advanced') },
    ];
    const choose = createTabs('mqtt-flows-tabs', panes);
    $('#node-config-input-connectTo, #node-config-input-protocolVersion').on('change', showChosen);
    showChosen();
    const more = $('#mqtt-flows-connection-more');
    prepareMore(more, USUAL, () => rowsIn(more, $('#mqtt-flows-headers'), this._('field.headers')));
    prepareOtherTabs(panes, (id) => id !== 'mqtt-flows-tab-devices' || chosen().connectTo === 'embedded', choose);
    listBrokerUsers(this.id);
    const { id, z = '' } = this;
    const endings = [
      watchBroker(id, prepareOutboxState(id)),
      prepareConnectionTest(() => ({ id, z, settings: enteredSettings(), credentials: enteredCredentials() })),
    ];
    endDialog = () => {
      for (const end of endings) end();
    };
  },
  oneditsave() {
    nameFurtherEmbedded(this.id, this._('label.embedded'));
    Object.assign(this, readBroker());
    endDialog();
  },
  oneditcancel() {
    endDialog();
  },
  oneditdelete() {
    endDialog();
  },
});

/** Reads what the open dialog says about birth, close and will. */
let readMessages: () => MessagesAboutClient = () => brokerDefaults;

/** Ends the requests of the open dialog to the runtime. */
let endDialog: () => void = () => {};

/** Reads the open dialog, except the fields that Node-RED reads itself. */
function readBroker() {
  return {
    ...readServerFields(),
    ...readSessionFields(),
    ...readMessages(),
    embedded: { ...readEmbedded(), ...readDevices() },
    outbox: readOutbox(),
    reconnect: readReconnect(),
    keepalive: readNumber('keepalive'),
    connectTimeout: readNumber('connectTimeout'),
  };
}

/** Reads the whole open dialog as it would be saved, except the name and the credentials. */
function enteredSettings() {
  const field = (name: string): string => String($(`#node-config-input-${name}`).val() ?? '');
  const tls = field('tls');
  return {
    ...readBroker(),
    connectTo: field('connectTo'),
    // The selection of Node-RED's list of configuration nodes may be "add new".
    tls: tls === '_ADD_' ? '' : tls,
    protocolVersion: field('protocolVersion'),
    clientId: field('clientId'),
  };
}

/** A broker node that was a core node has its user name under another name, until its dialog is saved. */
function takeCoreUser(): void {
  const [username, user] = [$('#node-config-input-username'), $('#node-config-input-user')];
  if (username.val() === '') username.val(String(user.val() ?? ''));
  user.val('');
}

const CREDENTIALS: readonly (keyof BrokerCredentials)[] = ['username', 'password', 'proxyUsername', 'proxyPassword'];

function enteredCredentials(): Record<string, string> {
  return Object.fromEntries(CREDENTIALS.map((name) => [name, String($(`#node-config-input-${name}`).val() ?? '')]));
}
