// How much memory is in use when all that can go has gone.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** bytes */
export function heapInUse(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/** bytes, those of Buffers included */
export function memoryInUse(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
