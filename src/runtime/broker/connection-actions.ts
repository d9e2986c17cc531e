// Messages that control a connection, as with the core MQTT nodes: `msg.action` = "connect" or "disconnect".

import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import type { Connection } from '../../connection/connection';
import type { ConnectionSettings } from '../../connection/connection-settings';
import { MqttFlowsError } from '../../core/errors/mqtt-flows-error';
import { type ConnectAction, type ConnectOverrides, readConnectAction } from '../../core/servers/connect-action';
import type { ServerAddress } from '../../core/servers/server-url';
import { overridePresence, type PreparedPresence } from '../client/presence-messages';
import { localizedError } from '../node/localize';
import type { MessageInput } from '../publish/message-answers';

/** Where and how a broker node connects, and how it would reach another server. The embedded broker has no other. */
export interface ControlledTarget extends Pick<ConnectionSettings, 'endpoints' | 'protocolVersion'> {
  readonly server?: ServerAddress;
  readonly endpointsFor?: (server: ServerAddress) => ConnectionSettings['endpoints'];
  readonly presence: PreparedPresence;
}

type Aim = Pick<ConnectionSettings, 'endpoints' | 'protocolVersion' | 'messages'>;

/** Why an action failed, and for which server. */
interface Failure {
  readonly error: MqttFlowsError;
  readonly server: string;
}

export class ConnectionControl {
  readonly #connection: Connection;
  #target: ControlledTarget;
  #overrides: ConnectOverrides = {};
  #presence: PreparedPresence;
  #wanted: boolean;
  /** Counts actions. An action that a later one has overtaken does nothing more. */
  #turn = 0;

  /** `autoConnect`: whether to connect without a message. */
  constructor(connection: Connection, target: ControlledTarget, autoConnect: boolean) {
    this.#connection = connection;
    this.#target = target;
    this.#presence = target.presence;
    this.#wanted = autoConnect;
  }

  /** Whether the connection opens when a deploy has brought it users. */
  get wanted(): boolean {
    return this.#wanted;
  }

  /** The overrides of the last connect action. */
  get overrides(): ConnectOverrides {
    return this.#overrides;
  }

  /** The content of CONNECT beside the identity. */
  get connectOptions(): PreparedPresence['connect'] {
    return this.#presence.connect;
  }

  /** The server that supplies the parts of an address that a message leaves out. */
  get server(): ServerAddress | undefined {
    return this.#target.server;
  }

  /** Continues for another instance of the broker node. Overrides of messages stay; a disconnect does not. */
  adopt(target: ControlledTarget, autoConnect: boolean): void {
    this.#target = target;
    if (this.#wanted) return;
    this.#wanted = autoConnect;
    this.#overrides = {};
    this.#presence = target.presence;
    if (this.#connection.state.kind === 'idle') this.#connection.retarget(this.aim());
  }

  /** Reconnects with the current settings. */
  async renew(): Promise<void> {
    const turn = ++this.#turn;
    await this.#end(turn);
    if (turn === this.#turn && this.#wanted) this.#connection.connect();
  }

  /**
   * Resolves when the connection stands, or with the failure of the first attempt. Further attempts follow
   * automatically.
   */
  async connect({ force, overrides }: ConnectAction): Promise<Failure | undefined> {
    const { kind } = this.#connection.state;
    if (kind === 'connected' && !force) return overrides && failure('already-connected');
    const presence = overridePresence(this.#target.presence, overrides ?? {});
    if (!presence.ok) return { error: ofMessage(presence.error), server: '' };
    this.#wanted = true;
    if (kind === 'connecting' && !force && !overrides) return firstOutcome(this.#connection);
    const turn = ++this.#turn;
    await this.#end(turn);
    if (turn !== this.#turn || this.#connection.state.kind === 'closed') return failure('connect-interrupted');
    this.#overrides = overrides ?? {};
    this.#presence = presence.config;
    this.#connection.retarget(this.aim());
    this.#connection.connect();
    return firstOutcome(this.#connection);
  }

  /** Makes the next attempt at once, also after a disconnect action. Overrides of the last connect action stay. */
  connectNow(): void {
    this.#wanted = true;
    // A disconnect action that is under way must not end what begins here.
    this.#turn++;
    this.#connection.connect(true);
  }

  /** Resolves when the connection has ended. It stays closed until a connect action or a deploy of the broker node. */
  async disconnect(): Promise<void> {
    this.#wanted = false;
    await this.#end(++this.#turn);
  }

  /** Where and how to connect, from the settings and the last connect action. */
  aim(): Aim {
    const { server, protocolVersion = this.#target.protocolVersion } = this.#overrides;
    const endpoints = (server && this.#target.endpointsFor?.(server)) ?? this.#target.endpoints;
    return { endpoints, protocolVersion, messages: this.#presence.messages };
  }

  /** A deploy may have started a new connection before the old one has ended. */
  async #end(turn: number): Promise<void> {
    do await this.#connection.disconnect();
    while (turn === this.#turn && this.#connection.state.kind === 'connecting');
  }
}

/**
 * Carries out the action of `message`, and calls `done` when it has completed or failed. Returns false, without calling
 * `done`, when the message asks for neither connect nor disconnect.
 */
export function controlled(
  RED: NodeAPI,
  control: ConnectionControl,
  message: object,
  done: (error?: Error) => void,
): boolean {
  // A message may hold anything under any name.
  const { action, broker } = message as { readonly action?: unknown; readonly broker?: unknown };
  if (action === 'disconnect') {
    void control.disconnect().then(() => done());
    return true;
  }
  if (action !== 'connect') return false;
  const result = readConnectAction(broker, control.server);
  if (!result.ok) {
    done(localizedError(RED, result.error));
    return true;
  }
  void control.connect(result.action).then((failed) => {
    if (failed) done(localizedError(RED, failed.error, { server: failed.server }));
    else done();
  });
  return true;
}

/**
 * Makes `node` handle messages that control the connection, or that `others` handles, and reject the rest with the names of
 * what it does handle: `actions` are those of `others`.
 */
export function acceptControl(
  RED: NodeAPI,
  node: Node,
  control: ConnectionControl,
  actions: readonly string[],
  others: (input: MessageInput) => boolean,
): void {
  const all = ['connect', 'disconnect', ...actions];
  acceptOwn(RED, node, all, (input) => controlled(RED, control, input.message, input.done) || others(input));
}

/** Makes `node` handle messages that `own` handles, and reject the rest with the names of the `actions` that it does handle. */
export function acceptOwn(
  RED: NodeAPI,
  node: Node,
  actions: readonly string[],
  own: (input: MessageInput) => boolean,
): void {
  node.on('input', (message: NodeMessageInFlow & { readonly action?: unknown }, send, done) => {
    if (own({ message, send, done })) return;
    const action = typeof message.action === 'string' ? message.action.slice(0, 60) : typeof message.action;
    const params = { action, actions: actions.join(', ') };
    done(localizedError(RED, new MqttFlowsError('action-unknown', { stage: 'control', params })));
  });
}

/** Turns an error of the settings into an error of a message. */
export function ofMessage({ code, params }: MqttFlowsError): MqttFlowsError {
  return new MqttFlowsError(code === 'config-invalid' ? 'property-invalid' : code, { stage: 'control', params });
}

function failure(code: 'already-connected' | 'connect-interrupted'): Failure {
  return { error: new MqttFlowsError(code, { stage: 'control' }), server: '' };
}

/** The outcome of the current attempt; undefined when the connection stands. */
function firstOutcome(connection: Connection): Promise<Failure | undefined> {
  return new Promise((resolve) => {
    const unwatch = connection.watch((state) => {
      if (state.kind === 'connecting') return;
      // The first call comes before watch() has returned. It finds either the current attempt or the final state.
      queueMicrotask(() => unwatch());
      if (state.kind === 'connected') resolve(undefined);
      else if (state.kind === 'waiting') resolve({ error: state.error, server: state.server });
      else resolve(failure('connect-interrupted'));
    });
  });
}
