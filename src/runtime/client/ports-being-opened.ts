// The ports that brokers inside this Node-RED are about to open. At a start and at a deploy, clients and ports come up
// together: a client of such a port waits for it, instead of being refused once.

import { hostname, networkInterfaces } from 'node:os';
import { type Clock, systemClock } from '../../connection/clock';
import { isLoopback } from '../../core/servers/loopback';

/** ms that a client waits: a broker may need longer to read what it has kept */
const PATIENCE = 5000;

const beingOpened = new Map<number, Set<Promise<unknown>>>();

/** `tried` ends in any way when each of `ports` is open or cannot be opened. */
export function openingPorts(ports: readonly number[], tried: Promise<unknown>): void {
  for (const port of ports) {
    const all = beingOpened.get(port) ?? new Set();
    beingOpened.set(port, all.add(tried));
    const over = (): void => {
      all.delete(tried);
      if (all.size === 0 && beingOpened.get(port) === all) beingOpened.delete(port);
    };
    void tried.then(over, over);
  }
}

/** Resolves when the port is open or cannot be opened, or after 5 s; undefined where nothing is to be waited for. */
export function portOpened(host: string, port: number, clock: Clock = systemClock): Promise<void> | undefined {
  const opening = beingOpened.get(port);
  if (!opening || !isThisMachine(host)) return undefined;
  return new Promise((resolve) => {
    const stopWaiting = clock.after(PATIENCE, resolve);
    void Promise.allSettled(opening).then(() => {
      stopWaiting();
      resolve();
    });
  });
}

function isThisMachine(host: string): boolean {
  if (isLoopback(host) || host.toLowerCase() === hostname().toLowerCase()) return true;
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === host));
}
