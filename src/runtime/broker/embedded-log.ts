// What the broker inside Node-RED writes to the log: who connects, who is refused and why, what is lost. What clients say
// of themselves is hostile: it is cut to one line, and a flood of events is a few lines and a number.

import type { Node, NodeAPI } from 'node-red';
import type { BrokerListener, ConnectedClient, Ending, Refusal } from '../../broker/clients/broker-listener';
import type { StoreAside } from '../../broker/store/broker-store';
import { Reason, type ReasonCode } from '../../broker/wire/reason';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { plainText } from '../../core/errors/plain-text';
import { VERSION_NAMES } from '../../core/servers/version-name';
import { flowsStarted } from '../deploy/deploy-events';
import { localizedError, sharedText } from '../node/localize';
import { reportAndLog } from '../node/logged-error';
import { LevelError } from '../storage/level-folder';
import { ToldLines } from './told-lines';

type Level = 'log' | 'warn';
type Values = Readonly<Record<string, string | number>>;

/** What is told with a limit. */
export type DeviceEvent =
  | 'connected'
  | 'connectedAs'
  | 'lost'
  | 'refused'
  | 'strangerRefused'
  | 'publicationRefused'
  | 'subscriptionRefused'
  | 'dropping'
  | 'retainedFull';

export type RefusalReason =
  | 'version'
  | 'clientId'
  | 'credentials'
  | 'noCredentials'
  | 'noPassword'
  | 'method'
  | 'tooMany'
  | 'silent'
  | 'noMqtt'
  | 'tls'
  | 'http'
  | 'other'
  | 'notAllowed'
  | 'filter'
  | 'topic'
  | 'tooManySubscriptions'
  | 'retainedFull';

export type EndingReason = 'lost' | 'notReading' | 'keepAlive' | 'takenOver' | 'ended' | 'other';

export class EmbeddedLog implements BrokerListener {
  readonly #RED: NodeAPI;
  readonly #lines: ToldLines;
  #node: Node;
  /** Catch nodes exist from then on. */
  #started: Promise<void>;

  constructor(RED: NodeAPI, node: Node, now: () => number = () => performance.now()) {
    this.#RED = RED;
    this.#lines = new ToldLines(now);
    this.#node = node;
    this.#started = flowsStarted(RED, node);
  }

  /** Writes for `node` from now on, another instance of the broker node. Call while it is constructed. */
  serve(node: Node): void {
    this.#node = node;
    this.#started = flowsStarted(this.#RED, node);
  }

  connected(client: ConnectedClient): void {
    // A connection of this Node-RED has its own lines.
    if (client.origin.local) return;
    const version = VERSION_NAMES[client.protocolVersion];
    const key = client.user === '' ? 'connected' : 'connectedAs';
    this.#tell('log', `connected ${client.clientId}`, key, { ...named(client), version });
  }

  disconnected(client: ConnectedClient, { reasonCode, reason }: Ending): void {
    if (client.origin.local || reasonCode === Reason.shuttingDown) return;
    const RED = this.#RED;
    const values = named(client);
    if (reasonCode < Reason.unspecified) return this.#node.debug(sharedText(RED, 'device.left', values));
    const details = { code: hex(reasonCode), detail: plainText(reason) };
    const why = sharedText(RED, `device.ending.${endingReason(reasonCode, reason)}`, details);
    this.#tell('log', `lost ${client.clientId}`, 'lost', { ...values, reason: why });
  }

  refused(refusal: Refusal): void {
    const { what, clientId, user, address, reasonCode, topic = '', detail = '' } = refusal;
    const RED = this.#RED;
    const values = named({ clientId, user, origin: refusal });
    if (what === 'connect') {
      const details = { code: hex(reasonCode), detail: plainText(detail) };
      const reason = sharedText(RED, `device.refusal.${connectReason(refusal)}`, details);
      const event = clientId === '' ? 'strangerRefused' : 'refused';
      return this.#tell('warn', `refused ${address} ${reasonCode} ${clientId}`, event, { ...values, reason });
    }
    const why = operationReason(what, reasonCode);
    const reason = sharedText(RED, `device.refusal.${why}`);
    const event = what === 'subscribe' ? 'subscriptionRefused' : 'publicationRefused';
    // With too many subscriptions, each topic is another one.
    const about = why === 'tooManySubscriptions' ? why : topic;
    this.#tell('warn', `${what} ${clientId} ${about}`, event, { ...values, topic: plainText(topic), reason });
  }

  dropping(clientId: string): void {
    this.#tell('warn', `dropping ${clientId}`, 'dropping', { client: plainText(clientId) });
  }

  retainedFull(): void {
    this.#tell('warn', 'retained', 'retainedFull', {});
  }

  putAside({ path, why }: StoreAside): void {
    const code = why === 'damaged' ? 'embedded-store-damaged' : 'embedded-store-other-version';
    this.#report(new MqttFlowsError(code, { stage: 'listen', params: { path } }));
  }

  storeUnusable(error: unknown): void {
    const { trouble, path, detail } = troubleOf(error);
    const RED = this.#RED;
    if (trouble === 'not-installed') this.#node.warn(sharedText(RED, 'device.storeNotInstalled', { detail }));
    else if (trouble === 'locked') {
      this.#report(new MqttFlowsError('embedded-store-locked', { stage: 'listen', params: { path } }));
    } else if (trouble === 'file-system') {
      this.#report(new MqttFlowsError('embedded-store-file-system', { stage: 'listen', params: { path, detail } }));
    } else {
      this.#report(new MqttFlowsError('embedded-store-unavailable', { stage: 'listen', params: { path, detail } }));
    }
  }

  storeOpened(): void {
    const RED = this.#RED;
    this.#node.log(sharedText(RED, 'device.storeOpened'));
  }

  storeFailed(error: unknown): void {
    const { path, detail } = troubleOf(error);
    this.#report(new MqttFlowsError('embedded-store-failed', { stage: 'listen', params: { path, detail } }));
  }

  storeWorks(): void {
    const RED = this.#RED;
    this.#node.log(sharedText(RED, 'device.storeWorks'));
  }

  #tell(level: Level, kind: string, event: DeviceEvent, values: Values): void {
    const admitted = this.#lines.admit(kind);
    if (!admitted) return;
    const { repeats: count, others } = admitted;
    const RED = this.#RED;
    if (others > 0) this.#node.warn(sharedText(RED, 'device.leftOut', { count: others }));
    const text = sharedText(RED, `device.${event}`, values);
    this.#node[level](count > 0 ? sharedText(RED, 'device.repeated', { text, count }) : text);
  }

  #report(error: MqttFlowsError): void {
    const node = this.#node;
    void this.#started.then(() => reportAndLog(this.#RED, node, localizedError(this.#RED, error)));
  }
}

interface Named {
  readonly clientId: string;
  readonly user: string;
  readonly origin: { readonly address: string };
}

function named({ clientId, user, origin }: Named): Record<'client' | 'user' | 'address', string> {
  // IPv4 addresses of a socket for both versions.
  const address = origin.address.replace(/^::ffff:/, '');
  return { client: plainText(clientId), user: plainText(user), address };
}

function hex(reasonCode: ReasonCode): string {
  return `0x${reasonCode.toString(16)}`;
}

function connectReason({ reasonCode, user, withPassword, otherProtocol }: Refusal): RefusalReason {
  if (otherProtocol) return otherProtocol;
  switch (reasonCode) {
    case Reason.unsupportedVersion:
      return 'version';
    case Reason.clientIdentifierInvalid:
      return 'clientId';
    case Reason.badCredentials:
    case Reason.notAuthorized:
      if (withPassword === true) return 'credentials';
      return user === '' ? 'noCredentials' : 'noPassword';
    case Reason.badAuthenticationMethod:
      return 'method';
    case Reason.quotaExceeded:
      return 'tooMany';
    case Reason.unspecified:
      return 'silent';
    case Reason.malformedPacket:
    case Reason.protocolError:
    case Reason.packetTooLarge:
      return 'noMqtt';
    default:
      return 'other';
  }
}

function operationReason(what: Exclude<Refusal['what'], 'connect'>, reasonCode: ReasonCode): RefusalReason {
  if (what === 'retain') return 'retainedFull';
  switch (reasonCode) {
    case Reason.filterInvalid:
      return 'filter';
    case Reason.topicInvalid:
      return 'topic';
    case Reason.quotaExceeded:
      return 'tooManySubscriptions';
    default:
      return 'notAllowed';
  }
}

function endingReason(reasonCode: ReasonCode, detail: string): EndingReason {
  switch (reasonCode) {
    case Reason.unspecified:
      return detail === '' ? 'lost' : 'notReading';
    case Reason.keepAliveTimeout:
      return 'keepAlive';
    case Reason.sessionTakenOver:
      return 'takenOver';
    case Reason.administrativeAction:
      return 'ended';
    default:
      return 'other';
  }
}

function troubleOf(error: unknown): Pick<LevelError, 'trouble' | 'path' | 'detail'> {
  if (error instanceof LevelError) return error;
  return { trouble: 'unavailable', path: '', detail: plainText(String(error)) };
}
