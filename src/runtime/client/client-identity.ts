// The identity of a broker node: client identifier, user name and password. They are evaluated at each attempt to
// connect, so that a secret that changes outside takes effect without a deploy.

import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { failed, found, type Result } from '../../core/errors/result';
import { shownLiteral } from '../../core/values/plain-value';
import { fillTemplate, parseTemplate } from '../../core/values/template';
import { asMqttFlowsError } from '../../transport/streams/network-error';
import { editorId } from '../deploy/saved-nodes';
import { savedText, settingText } from '../node/read-settings';
import { readSecret } from './secret';

export interface ClientIdentity {
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
}

/** Parts of an identity from a message. They are taken literally: a message must not read variables or files. */
type IdentityOverrides = Partial<ClientIdentity>;

/** The current identity, or the error when a variable is not set or a file cannot be read. */
export type IdentitySource = (overrides: IdentityOverrides) => Promise<Result<ClientIdentity>>;

/** A credential as it was entered, with its variables; blank when there is none. */
export type EnteredCredential = (name: string) => string;

/** An identity as it was entered. */
interface EnteredIdentity {
  readonly clientId: string;
  readonly credential: EnteredCredential;
}

/** The saved identity of the broker node of `definition`. Call it while the node is constructed. */
export function savedIdentity(RED: NodeAPI, definition: NodeDef): EnteredIdentity {
  return { clientId: savedText(RED, definition, 'clientId').trim(), credential: savedCredentials(RED, definition) };
}

/** The identity source for the broker node `node`. The embedded broker needs no credentials from its own client. */
export function identitySource(
  RED: NodeAPI,
  node: Node,
  entered: EnteredIdentity,
  connectTo: 'server' | 'embedded',
): IdentitySource {
  const credential = async (name: 'username' | 'password'): Promise<string> =>
    connectTo === 'server' ? evaluateCredential(RED, node, entered.credential, name) : '';
  return async ({ clientId, username, password }) => {
    try {
      const identity = {
        clientId: clientId ?? (evaluateClientId(RED, node, entered.clientId) || clientIdentifier(RED, node.id)),
        username: username ?? (await credential('username')),
        password: password ?? (await credential('password')),
      };
      return found(withoutBlanks(identity));
    } catch (error) {
      return failed(asMqttFlowsError(error, 'config'));
    }
  };
}

function withoutBlanks({ clientId, username, password }: Required<ClientIdentity>): ClientIdentity {
  return { clientId, ...(username ? { username } : {}), ...(password ? { password } : {}) };
}

/** `{{hostname}}` is the host name, so that machines with the same flow have different client identifiers. */
function evaluateClientId(RED: NodeAPI, node: Node, saved: string): string {
  const text = settingText(RED, node, saved, 'clientId');
  const parsed = parseTemplate(text);
  const filled = parsed.ok ? fillTemplate(parsed.template, { hostname: hostname() }) : parsed;
  if (filled.ok) return filled.text;
  const params = { property: 'clientId', value: shownLiteral(text), expected: '{{hostname}}' };
  throw new MqttFlowsError('config-invalid', { stage: 'config', params });
}

/**
 * The credentials of a node, read from Node-RED's store at each call. In the node's own copy, a text that is exactly
 * `${NAME}` has been replaced already.
 */
export function savedCredentials(RED: NodeAPI, definition: NodeDef): EnteredCredential {
  return (name) => {
    // The type says object, but it is undefined for a node without credentials, and may hold anything that was
    // imported.
    const stored: Readonly<Record<string, unknown>> = {
      ...RED.nodes.getCredentials(editorId(definition)),
    };
    // Node-RED keeps credentials by the identifier of the node, so a node that was a core node still has those.
    const saved = stored[name] ?? (name === 'username' ? stored.user : undefined);
    return typeof saved === 'string' ? saved : '';
  };
}

/** The current value of a credential of `node`; blank when there is none. Rejects with MqttFlowsError. */
export async function evaluateCredential(
  RED: NodeAPI,
  node: Node,
  entered: EnteredCredential,
  name: string,
): Promise<string> {
  return readSecret(settingText(RED, node, entered(name), name));
}

/** Stands for the instance id when Node-RED stores none, as in tests. */
const anonymousInstance = randomBytes(8).toString('hex');

/**
 * 22 characters of a–z and 0–9, which even MQTT 3.1 servers accept (MQTT 3.1.1, section 3.1.3.1). It is a hash of the
 * instance id in Node-RED's user directory and the node's id, so a flow that is imported elsewhere gets another
 * identifier.
 */
function clientIdentifier(RED: NodeAPI, nodeId: string): string {
  const identity = instanceId(RED) ?? anonymousInstance;
  return `nodered${createHash('sha256').update(`${identity}/${nodeId}`).digest('hex').slice(0, 15)}`;
}

function instanceId(RED: NodeAPI): string | undefined {
  // Without storage, as in node-red-node-test-helper, reading a setting throws.
  if (!RED.settings.available()) return undefined;
  const instance: unknown = RED.settings.get('instanceId');
  return typeof instance === 'string' && instance !== '' ? instance : undefined;
}
