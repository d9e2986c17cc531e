// Compares passwords with what the users of the embedded broker have: few at a time, since a hash is slow on purpose, and
// without a hash for those that have been compared before.

import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { PasswordAttempt, PasswordCheck } from '../../broker/access/user-access';
import type { Login } from '../../broker/access/user-directory';
import { hashPassword, verifyPassword } from './password-hash';

/** Hashes that are made at a time: libuv has four threads, and files and names need some of them too. */
const AT_ONCE = 2;
/** Logins that may wait for their turn. */
const WAITING = 1000;
/** Right logins that are remembered, by a digest each. */
const REMEMBERED = 10_000;

export class LoginCheck implements PasswordCheck {
  /** Digests are of use in this process alone. */
  readonly #secret = randomBytes(32);
  readonly #clients = new RecentSet(REMEMBERED);
  readonly #passwords = new RecentSet(REMEMBERED);
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  /** What nobody's password is compared with, so that the time does not tell who exists. */
  #nobody: Promise<string> | undefined;

  remembers(attempt: PasswordAttempt): boolean {
    return this.#clients.has(this.#clientDigest(attempt));
  }

  async verify(attempt: PasswordAttempt): Promise<'right' | 'wrong' | 'busy'> {
    const result = await this.#compare(attempt);
    if (result === 'right') this.#clients.add(this.#clientDigest(attempt));
    return result;
  }

  async #compare({ login, password }: PasswordAttempt): Promise<'right' | 'wrong' | 'busy'> {
    // A wrong one goes on like that of nobody: an answer that comes at once would tell that there is such a user.
    if (login?.kind === 'secret' && sameSecret(password, login.secret)) return 'right';
    const digest = login?.kind === 'hash' ? this.#digest(login.hash, password.toString('base64')) : undefined;
    if (digest !== undefined && this.#passwords.has(digest)) return 'right';
    if (this.#waiting.length >= WAITING) return 'busy';
    await this.#turn();
    try {
      const hash = login?.kind === 'hash' ? login.hash : await this.#nobodysHash();
      const right = await verifyPassword(password, hash);
      if (!right || digest === undefined) return 'wrong';
      this.#passwords.add(digest);
      return 'right';
    } catch {
      // OpenSSL has no memory for it.
      return 'busy';
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    while (this.#running >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running++;
  }

  #nobodysHash(): Promise<string> {
    this.#nobody ??= hashPassword(randomBytes(16));
    return this.#nobody;
  }

  #clientDigest({ address, clientId, username, password, login }: PasswordAttempt): string {
    return this.#digest(address, clientId, username, loginText(login), password.toString('base64'));
  }

  #digest(...parts: readonly string[]): string {
    return createHmac('sha256', this.#secret).update(JSON.stringify(parts)).digest('base64');
  }
}

/** A set that forgets what has not been looked for longest. */
class RecentSet {
  readonly #most: number;
  readonly #items = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  has(item: string): boolean {
    if (!this.#items.delete(item)) return false;
    this.#items.add(item);
    return true;
  }

  add(item: string): void {
    this.#items.add(item);
    if (this.#items.size <= this.#most) return;
    const [oldest] = this.#items;
    if (oldest !== undefined) this.#items.delete(oldest);
  }
}

function loginText(login: Login | undefined): string {
  return JSON.stringify(login ?? null);
}

/** Compares digests, so that the time taken tells neither length nor content. */
function sameSecret(given: Buffer, expected: string): boolean {
  const digest = (value: string | Buffer): Buffer => createHash('sha256').update(value).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
