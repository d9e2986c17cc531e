// What keeps a process alive: sockets, timers and requests, to find out whether something has been left behind.

import { setImmediate } from 'node:timers/promises';

/** Those of servers and of the test runner itself come and go with the test. */
const WATCHED = /^(TCPSocketWrap|TLSWrap|PipeWrap|Timeout|GetAddrInfoReqWrap|TCPConnectWrap|ShutdownWrap|WriteWrap)$/;

/** ms */
const PATIENCE = 1000;

export function openHandles(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((name) => WATCHED.test(name))
    .sort();
}

/** Resolves when what is open is no more than `before`; otherwise, after a second, with what has been left behind. */
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
