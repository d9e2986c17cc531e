// Slows down whoever tries passwords: the refusal of a login that has failed is held back, and only so many are held
// for one address at a time. A right login is never held back, so that a device with a wrong password does no harm to
// the others behind the same address.

/** Failures that are answered at once: a mistyped password is no attack. */
const FREE = 3;
/** ms that the first one after those is held; each further failure doubles it. */
const FIRST = 250;
/** ms */
const LONGEST = 8000;
/** Refusals that are held for one address at a time. */
const HELD = 20;
/** ms without a failure after which an address starts anew */
const FORGOTTEN = 10 * 60_000;
/** Addresses that are remembered; the one that has been quiet longest goes first. */
const ADDRESSES = 1000;

interface Failures {
  count: number;
  /** ms */
  latest: number;
  /** Refusals that are being held. */
  held: number;
}

interface ThrottleOptions {
  /** ms since any fixed moment */
  readonly now: () => number;
  /** Calls `task` once after `delay` ms. */
  readonly after: (delay: number, task: () => void) => void;
}

export class LoginThrottle {
  readonly #options: ThrottleOptions;
  readonly #failures = new Map<string, Failures>();

  constructor(options: ThrottleOptions) {
    this.#options = options;
  }

  /** Whether a login from `address` may be looked at now. */
  admits(address: string): boolean {
    return (this.#failures.get(networkOf(address))?.held ?? 0) < HELD;
  }

  /** A login from `address` has failed. Resolves when the client may be told. */
  failed(address: string): Promise<void> {
    const { now, after } = this.#options;
    const failures = this.#note(networkOf(address), now());
    if (failures.count <= FREE) return Promise.resolve();
    failures.held++;
    const delay = Math.min(LONGEST, FIRST * 2 ** (failures.count - FREE - 1));
    return new Promise((resolve) => {
      after(delay, () => {
        failures.held--;
        resolve();
      });
    });
  }

  #note(key: string, now: number): Failures {
    const before = this.#failures.get(key);
    const fresh = before && now - before.latest <= FORGOTTEN ? before : { count: 0, latest: now, held: 0 };
    fresh.count++;
    fresh.latest = now;
    // The order of a Map is that of insertion: what failed last is at the end.
    this.#failures.delete(key);
    this.#failures.set(key, fresh);
    if (this.#failures.size > ADDRESSES) {
      const [oldest] = this.#failures.keys();
      if (oldest !== undefined) this.#failures.delete(oldest);
    }
    return fresh;
  }
}

const MAPPED = '::ffff:';

/** An IPv6 host has a whole network of addresses, of which the first four groups say whose they are. */
function networkOf(address: string): string {
  if (address.startsWith(MAPPED) && address.includes('.')) return address.slice(MAPPED.length);
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  return [...first, ...new Array<string>(zeros).fill('0'), ...last].slice(0, 4).join(':');
}
