// Salted hashes of passwords (RFC 7914, scrypt), as text for Node-RED's credentials.

import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/** 16 MiB and some tens of ms on a thread of its own. A hash names its own cost, so that this may grow. */
const COST = { N: 16_384, r: 8, p: 1 };
/** Of a hash that was imported from elsewhere: more would let it use up the machine. */
const HIGHEST = { N: 131_072, r: 16, p: 4 };
const SALT_BYTES = 16;
const KEY_BYTES = 32;

interface ParsedHash {
  readonly options: ScryptOptions;
  readonly salt: Buffer;
  readonly key: Buffer;
}

/** `scrypt$N$r$p$salt$key`, the last two in base64. */
export async function hashPassword(password: Buffer): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, KEY_BYTES, COST);
  const { N, r, p } = COST;
  return ['scrypt', N, r, p, salt.toString('base64'), key.toString('base64')].join('$');
}

/** Whether `password` is the one of `hash`; false also for a text that is no hash. */
export async function verifyPassword(password: Buffer, hash: string): Promise<boolean> {
  const parsed = parseHash(hash);
  if (!parsed) return false;
  const key = await derive(password, parsed.salt, parsed.key.length, parsed.options);
  return timingSafeEqual(key, parsed.key);
}

export function isPasswordHash(text: string): boolean {
  return parseHash(text) !== undefined;
}

function parseHash(text: string): ParsedHash | undefined {
  const [kind, cost, blocks, parallel, salt = '', key = '', ...rest] = text.split('$');
  const [N, r, p] = [Number(cost), Number(blocks), Number(parallel)];
  if (kind !== 'scrypt' || rest.length > 0) return undefined;
  if (!(N > 1 && N <= HIGHEST.N && Number.isInteger(Math.log2(N)))) return undefined;
  if (!(Number.isInteger(r) && r > 0 && r <= HIGHEST.r && Number.isInteger(p) && p > 0 && p <= HIGHEST.p)) {
    return undefined;
  }
  const parsed = { salt: Buffer.from(salt, 'base64'), key: Buffer.from(key, 'base64') };
  if (parsed.salt.length < 8 || parsed.key.length < 16 || parsed.key.length > 64) return undefined;
  return { ...parsed, options: { N, r, p, maxmem: 128 * N * r * 2 + 1024 * 1024 } };
}

function derive(password: Buffer, salt: Buffer, length: number, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
