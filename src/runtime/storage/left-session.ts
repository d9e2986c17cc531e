// Warns of sessions that stay on the server without anybody who continues them. In a container whose user directory is
// thrown away with it, Node-RED has another client identifier each time that the container is made anew.

import { realpathSync } from 'node:fs';
import type { Node, NodeAPI } from 'node-red';
import type { BrokerSettings } from '../../settings/broker.config';
import { isContainer, type Surroundings, surroundings } from '../../transport/streams/container';
import { sharedText } from '../node/localize';
import { goesWithContainer } from './container-folder';

/** A session expiry interval of 0xFFFFFFFF means that it never expires (MQTT 5, section 3.1.2.11.2). */
const NEVER = 0xffff_ffff;

/** `clientId` is the setting as it was entered. */
export function warnOfLeftSessions(
  RED: NodeAPI,
  node: Node,
  settings: BrokerSettings,
  clientId: string,
  machine: Surroundings = surroundings,
): void {
  const { userDir } = RED.settings;
  if (!leavesSessions(settings, clientId) || typeof userDir !== 'string' || userDir === '') return;
  if (!isContainer(machine) || !goesWithContainer(resolved(userDir), machine.read('/proc/self/mountinfo'))) return;
  node.warn(sharedText(RED, 'log.leftSessions', { path: userDir }));
}

/** Whether the server keeps the session for ever, and another client identifier leaves it there. */
function leavesSessions({ connectTo, cleanStart, properties }: BrokerSettings, clientId: string): boolean {
  // An identifier that was entered is the same in the next container. A blank one depends on the user directory, and the
  // host name on the container, from wherever it is taken.
  const changes = clientId === '' || /\{\{|\$\{HOSTNAME\}/.test(clientId);
  return connectTo === 'server' && !cleanStart && properties.sessionExpiryInterval === NEVER && changes;
}

function resolved(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
