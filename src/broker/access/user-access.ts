// Access by a list of users: who is let in, what each may publish and read, and how logins that fail are slowed down.

import { Buffer } from 'node:buffer';
import type { Access, ConnectAttempt, KnownClient, Reading, Verdict } from '../clients/access';
import { Reason, type ReasonCode } from '../wire/reason';
import { LoginThrottle } from './login-throttle';
import {
  type ClientRights,
  clientRights,
  isSameLogin,
  isSameUser,
  type Login,
  type UserDirectory,
} from './user-directory';

/** Compares passwords. Handed in: it is slow on purpose, and works beside the event loop. */
export interface PasswordCheck {
  /** Whether this very client has come with this very login before: it costs nothing, and is let in at once. */
  remembers(attempt: PasswordAttempt): boolean;
  /** `busy`: so many wait already that this one is not looked at. Never rejects. */
  verify(attempt: PasswordAttempt): Promise<'right' | 'wrong' | 'busy'>;
}

export interface PasswordAttempt {
  readonly clientId: string;
  readonly address: string;
  readonly username: string;
  readonly password: Buffer;
  /** undefined: nobody is called that. Then the answer is `wrong`, and takes as long. */
  readonly login: Login | undefined;
}

interface UserAccessOptions {
  readonly directory: UserDirectory;
  readonly passwords: PasswordCheck;
  /** ms since the epoch */
  readonly now: () => number;
  /** Calls `task` once after `delay` ms. */
  readonly after: (delay: number, task: () => void) => void;
}

export class UserAccess implements Access {
  readonly #passwords: PasswordCheck;
  readonly #throttle: LoginThrottle;
  #directory: UserDirectory;
  /** By client, for as long as it is connected: the filters with its names in them. */
  #rights = new WeakMap<KnownClient, ClientRights>();

  constructor({ directory, passwords, now, after }: UserAccessOptions) {
    this.#directory = directory;
    this.#passwords = passwords;
    this.#throttle = new LoginThrottle({ now, after });
  }

  /**
   * Takes other users from now on. The function returned says of a client that was let in before whether it may stay.
   */
  replace(directory: UserDirectory): (client: KnownClient) => boolean {
    const before = this.#directory;
    this.#directory = directory;
    this.#rights = new WeakMap();
    return ({ user }) => isSameUser(before, directory, user);
  }

  async authenticate(attempt: ConnectAttempt): Promise<Verdict> {
    const { username, password, origin } = attempt;
    const { users, anonymous } = this.#directory;
    if (origin.certificateName !== undefined) {
      const name = origin.certificateName;
      return users.has(name) ? { ok: true, user: name } : refused(Reason.notAuthorized);
    }
    if (username === undefined && password === undefined) {
      return anonymous ? { ok: true, user: '' } : refused(Reason.notAuthorized);
    }
    // Without a list there is nobody to compare with, and a name is a name.
    if (users.size === 0) return anonymous ? { ok: true, user: username ?? '' } : refused(Reason.notAuthorized);
    return this.#checkPassword(attempt, username ?? '');
  }

  mayPublish(client: KnownClient, topic: string): boolean {
    return client.origin.local || this.#rightsOf(client).mayPublish(topic);
  }

  mayReceive(client: KnownClient, topic: string): boolean {
    return client.origin.local || this.#rightsOf(client).mayReceive(topic);
  }

  reading(client: KnownClient, filter: string): Reading {
    return client.origin.local ? 'all' : this.#rightsOf(client).reading(filter);
  }

  #rightsOf(client: KnownClient): ClientRights {
    const known = this.#rights.get(client);
    if (known) return known;
    const made = clientRights(this.#directory, client);
    this.#rights.set(client, made);
    return made;
  }

  async #checkPassword({ clientId, password, origin }: ConnectAttempt, username: string): Promise<Verdict> {
    const { address } = origin;
    const attempt = { clientId, address, username, password: password ?? EMPTY, login: this.#loginOf(username) };
    if (this.#passwords.remembers(attempt)) return { ok: true, user: username };
    if (!this.#throttle.admits(address)) return refused(Reason.serverBusy);
    const result = await this.#passwords.verify(attempt);
    if (result === 'busy') return refused(Reason.serverBusy);
    // The users may have been replaced while this one was looked at.
    const login = this.#loginOf(username);
    if (result === 'right' && attempt.login && login && isSameLogin(login, attempt.login)) {
      return { ok: true, user: username };
    }
    await this.#throttle.failed(address);
    return refused(Reason.badCredentials);
  }

  #loginOf(username: string): Login | undefined {
    return this.#directory.users.get(username)?.login;
  }
}

const EMPTY = Buffer.alloc(0);

function refused(reasonCode: ReasonCode): Verdict {
  return { ok: false, reasonCode };
}
