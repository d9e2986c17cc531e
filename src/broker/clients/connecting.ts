// Decides whether a client is accepted, and with which identifier (MQTT 5, section 3.1.4).

import { hasMoreLevels } from '../../core/topics/topic-levels';
import { Reason, type ReasonCode } from '../wire/reason';
import type { ClientHost } from './client-host';
import type { ConnectRequest } from './connect-request';
import type { HostedClient } from './hosted-client';
import { mayPublish } from './publish-permission';

/** Characters of a client identifier, which is kept with the session. Section 3.1.3.1 allows any limit from 23 on. */
const LONGEST_IDENTIFIER = 1000;
/** Characters of a user name, which is kept as well. Some devices have a token there, which may take 2 KB. */
const LONGEST_NAME = 4000;

type Outcome =
  | { readonly ok: true; readonly clientId: string; readonly user: string }
  | { readonly ok: false; readonly reasonCode: ReasonCode; readonly reason: string };

/** Never rejects. */
export async function letIn(client: HostedClient, request: ConnectRequest, host: ClientHost): Promise<Outcome> {
  const { protocolVersion, username, password, will, cleanStart } = request;
  if (request.authenticationMethod !== undefined) {
    return refused(Reason.badAuthenticationMethod, 'this broker knows user names and passwords only');
  }
  if (request.clientId.length > LONGEST_IDENTIFIER) {
    return refused(Reason.clientIdentifierInvalid, 'the client identifier is too long');
  }
  if (username !== undefined && username.length > LONGEST_NAME) {
    return refused(Reason.badCredentials, 'the user name is too long');
  }
  // MQTT 3.1.1, section 3.1.3.1: without an identifier, no session can be kept.
  if (request.clientId === '' && !cleanStart && protocolVersion < 5) {
    return refused(Reason.clientIdentifierInvalid, 'a session needs a client identifier');
  }
  const clientId = request.clientId === '' ? host.newClientId() : request.clientId;
  const { origin } = client;
  try {
    const verdict = await host.access.authenticate({ clientId, protocolVersion, username, password, origin });
    if (!verdict.ok) return refused(verdict.reasonCode, 'the client is not let in');
    const { user } = verdict;
    if (host.isReserved(clientId, client)) {
      return refused(Reason.clientIdentifierInvalid, 'the client identifier is in use within the broker');
    }
    if (will && hasMoreLevels(will.topic, host.settings.maximumTopicLevels)) {
      return refused(Reason.topicInvalid, 'the topic of its will has too many levels');
    }
    if (will && !mayPublish({ clientId, user, origin }, will.topic, host.access)) {
      return refused(Reason.notAuthorized, `the client may not publish its will to ${will.topic}`);
    }
    return { ok: true, clientId, user };
  } catch (error) {
    return refused(Reason.implementationError, String(error));
  }
}

function refused(reasonCode: ReasonCode, reason: string): Outcome {
  return { ok: false, reasonCode, reason };
}
