// Memory is compared without garbage: the process collects it when it gets SIGUSR2, and ends with SIGTERM, so that a
// profile of it is written.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export function collectOnDemand() {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  process.on('SIGUSR2', () => {
    // What has a finalizer is gone after the second time only.
    collect();
    collect();
  });
  process.on('SIGTERM', () => process.exit(0));
}
