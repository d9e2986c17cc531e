// Lists what keeps a process alive: sockets, timers and requests. Shows whether a test has left something behind.

import { setImmediate } from 'node:timers/promises';

/** Handles of servers and of the test runner, which come and go during a test. */
const WATCHED = /^(TCPSocketWrap|TLSWrap|PipeWrap|Timeout|GetAddrInfoReqWrap|TCPConnectWrap|ShutdownWrap|WriteWrap)$/;

/** ms */
const PATIENCE = 1000;

export function openHandles(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((name) => WATCHED.test(name))
    .sort();
}

/** Resolves as soon as nothing is open beyond `before`, or after a second with what was left behind. */
export async function leftBehind(before: readonly string[]): Promise<string[]> {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    const left = difference(openHandles(), before);
    if (left.length === 0 || performance.now() > deadline) return left;
    await setImmediate();
  }
}

function difference(now: readonly string[], before: readonly string[]): string[] {
  const rest = [...before];
  return now.filter((name) => {
    const index = rest.indexOf(name);
    if (index !== -1) rest.splice(index, 1);
    return index === -1;
  });
}
