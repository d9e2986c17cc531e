// The users of the broker inside Node-RED: those of the list, whose passwords are hashes among the credentials, and the
// one of the two fields beside the port.

import type { Node, NodeAPI } from 'node-red';
import { type BrokerUser, EVERYTHING, type Rights, type UserDirectory } from '../../broker/access/user-directory';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { isRecord } from '../../core/values/plain-value';
import type { EmbeddedSettings } from '../../settings/broker.config';
import type { RightsSettings, UserSettings } from '../../settings/broker.devices.config';
import { type EnteredCredential, evaluateCredential } from '../client/client-identity';
import { sharedText } from '../node/localize';

interface DeviceUsers {
  readonly directory: UserDirectory;
  /** There are users, or somebody has said that everyone may connect. */
  readonly guarded: boolean;
  /** Users without the password that they should have. */
  readonly problems: readonly MqttFlowsError[];
}

/** Rejects with MqttFlowsError when a variable is not set or a file cannot be read. */
export async function deviceUsers(
  RED: NodeAPI,
  node: Node,
  credential: EnteredCredential,
  { listen, devices }: EmbeddedSettings,
): Promise<DeviceUsers> {
  const username = await evaluateCredential(RED, node, credential, 'embeddedUsername');
  const password = await evaluateCredential(RED, node, credential, 'embeddedPassword');
  const hashes = readHashes(credential('embeddedPasswords'));
  const users = new Map<string, BrokerUser>();
  // A name without a password has always been one that comes with a blank password.
  if (username !== '') users.set(username, { login: { kind: 'secret', secret: password }, rights: EVERYTHING });
  const problems: MqttFlowsError[] = [];
  for (const user of devices.users) {
    const { name, passwordKey } = user;
    if (name === username) node.warn(sharedText(RED, 'log.userTwice', { name }));
    if (passwordKey !== '' && !hashes.has(passwordKey)) problems.push(passwordMissing(name));
    users.set(name, listedUser(user, hashes));
  }
  const anonymous = devices.anonymous ? rightsOf(devices.anonymous) : users.size === 0 ? EVERYTHING : undefined;
  const complete = (username !== '' && password !== '') || devices.users.length > 0;
  const guarded = complete || devices.anonymous !== undefined || listen?.allowAnonymous === true;
  return { directory: { users, anonymous }, guarded, problems };
}

function listedUser(user: UserSettings, hashes: ReadonlyMap<string, string>): BrokerUser {
  const hash = hashes.get(user.passwordKey);
  const rights = rightsOf(user);
  return hash === undefined ? { login: { kind: 'certificate' }, rights } : { login: { kind: 'hash', hash }, rights };
}

function rightsOf({ publish, subscribe }: RightsSettings): Rights {
  return { all: false, publish, subscribe };
}

function passwordMissing(name: string): MqttFlowsError {
  return new MqttFlowsError('embedded-password-missing', { stage: 'listen', params: { name } });
}

/** The hashes by their keys. The text may be anything that was imported. */
export function readHashes(text: string): ReadonlyMap<string, string> {
  try {
    const parsed: unknown = JSON.parse(text || '{}');
    const entries = isRecord(parsed) ? Object.entries(parsed) : [];
    return new Map(entries.flatMap(([key, hash]) => (typeof hash === 'string' ? [[key, hash] as const] : [])));
  } catch {
    return new Map();
  }
}
