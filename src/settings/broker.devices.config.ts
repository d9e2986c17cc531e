// How devices reach the broker inside Node-RED besides its one port, who they are, and what each may publish and read.

import { isLoopback } from '../core/servers/loopback';
import { isMqttText } from '../core/topics/topic-name';
import { parseTopicPermission, type TopicPermission } from '../core/topics/topic-permission';
import type { SavedNumber } from './environment-text';
import type { SavedConfig } from './saved-config';

export const LISTENER_KINDS = ['tcp', 'tls', 'ws', 'wss', 'path'] as const;
/** `tcp` and `tls` carry MQTT, `ws` and `wss` MQTT over WebSocket; `path` is WebSocket at Node-RED's own web server. */
export type ListenerKind = (typeof LISTENER_KINDS)[number];

export const CERTIFICATE_CHOICES = ['none', 'required', 'user'] as const;
/** What is asked of a client's certificate; `user`: its common name is the user name. */
export type ClientCertificate = (typeof CERTIFICATE_CHOICES)[number];

export interface ListenerConfig {
  kind: ListenerKind;
  port: SavedNumber;
  bindAddress: string;
  path: string;
  clientCertificate: ClientCertificate;
}

/** Topic filters in which `{{username}}` and `{{clientid}}` stand for the client. */
export interface RightsConfig {
  publish: string[];
  subscribe: string[];
}

export interface UserConfig extends RightsConfig {
  name: string;
  /** Names the salted hash of the password among the credentials; blank for a user with a client certificate alone. */
  passwordKey: string;
}

export interface DevicesConfig {
  listeners: ListenerConfig[];
  users: UserConfig[];
  /** Clients without a user name, where there are users. */
  anonymous: RightsConfig & { allow: boolean };
}

/** What a new user may: everything but the topics that begin with `$`. */
const ALL = '#';

export const listenerDefaults: ListenerConfig = {
  kind: 'tls',
  port: '',
  bindAddress: '0.0.0.0',
  path: '/mqtt',
  clientCertificate: 'none',
};

/** Usual ports; `path` has none. */
export const USUAL_PORTS: Readonly<Record<Exclude<ListenerKind, 'path'>, number>> = {
  tcp: 1883,
  tls: 8883,
  ws: 9001,
  wss: 9443,
};

export const userDefaults: UserConfig = { name: '', passwordKey: '', publish: [ALL], subscribe: [ALL] };

export const devicesDefaults: DevicesConfig = {
  listeners: [],
  users: [],
  anonymous: { allow: false, publish: [ALL], subscribe: [ALL] },
};

export type ListenerSettings =
  | {
      readonly kind: Exclude<ListenerKind, 'path'>;
      readonly port: number;
      readonly bindAddress: string;
      readonly clientCertificate: ClientCertificate;
    }
  | { readonly kind: 'path'; readonly path: string };

export interface RightsSettings {
  readonly publish: readonly TopicPermission[];
  readonly subscribe: readonly TopicPermission[];
}

export interface UserSettings extends RightsSettings {
  readonly name: string;
  readonly passwordKey: string;
}

export interface DeviceSettings {
  readonly listeners: readonly ListenerSettings[];
  readonly users: readonly UserSettings[];
  /** undefined: clients without a user name are not let in where there are users. */
  readonly anonymous: RightsSettings | undefined;
}

export const PORT_RANGE = [1, 65_535] as const;
/** More would make the dialog and each look-up slow. */
const MOST_USERS = 1000;

export function readDevices(embedded: SavedConfig): DeviceSettings {
  const anonymous = embedded.section('anonymous');
  const users = embedded.list('users').map(readUser);
  const names = new Set<string>();
  for (const { name } of users) {
    if (names.has(name)) embedded.invalid('users', 'expected.differentNames');
    names.add(name);
  }
  if (users.length > MOST_USERS) embedded.invalid('users', `0 … ${MOST_USERS}`);
  return {
    listeners: embedded.list('listeners').map(readListener),
    users,
    anonymous: anonymous.boolean('allow', false) ? readRights(anonymous) : undefined,
  };
}

function readListener(saved: SavedConfig): ListenerSettings {
  const kind = saved.choice('kind', LISTENER_KINDS, listenerDefaults.kind);
  if (kind === 'path') {
    const path = saved.text('path', listenerDefaults.path).trim() || listenerDefaults.path;
    if (!isWebPath(path)) saved.invalid('path', 'expected.webPath');
    return { kind, path };
  }
  const secure = kind === 'tls' || kind === 'wss';
  return {
    kind,
    port: saved.integer('port', USUAL_PORTS[kind], ...PORT_RANGE),
    bindAddress: saved.text('bindAddress', '').trim() || listenerDefaults.bindAddress,
    clientCertificate: secure ? saved.choice('clientCertificate', CERTIFICATE_CHOICES, 'none') : 'none',
  };
}

/** Whether `path` can be asked for in an HTTP request as it stands. */
export function isWebPath(path: string): boolean {
  return /^\/[A-Za-z0-9\-._~!$&'()*+,;=:@%/]*$/.test(path);
}

function readUser(saved: SavedConfig): UserSettings {
  const name = saved.text('name', '');
  if (name === '' || !isMqttText(name)) saved.invalid('name', 'expected.userName');
  return { name, passwordKey: saved.text('passwordKey', ''), ...readRights(saved) };
}

function readRights(saved: SavedConfig): RightsSettings {
  return { publish: readPermissions(saved, 'publish'), subscribe: readPermissions(saved, 'subscribe') };
}

function readPermissions(saved: SavedConfig, property: 'publish' | 'subscribe'): TopicPermission[] {
  return saved.texts(property, [ALL]).flatMap((text) => {
    const parsed = parseTopicPermission(text);
    if (parsed.ok) return [parsed.permission];
    saved.invalid(property, 'expected.permissions');
    return [];
  });
}

/** Whether a listener must not be open to whoever comes: every web page may open a WebSocket to this computer. */
export function needsUsers(listener: ListenerSettings): boolean {
  if (listener.kind === 'path' || listener.kind === 'ws' || listener.kind === 'wss') return true;
  return !isLoopback(listener.bindAddress);
}
