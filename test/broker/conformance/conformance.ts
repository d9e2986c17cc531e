// All cases of conformance, by their names in Eclipse Paho's interoperability suite (client_test.py and client_test5.py),
// and how one is tried.

import type { Version } from '../broker-bench';
import { COMMON_CASES } from './common-cases';
import { PUBLICATION_CASES } from './publication-cases';
import { SESSION_CASES } from './session-cases';
import { type Case, type Target, Trial } from './trial';

export function casesOf(version: Version): Readonly<Record<string, Case>> {
  if (version === 5) return { ...COMMON_CASES, ...SESSION_CASES, ...PUBLICATION_CASES };
  if (version === 4) return COMMON_CASES;
  // MQTT 3.1 wants an identifier of every client.
  const { zero_length_clientid: _, ...others } = COMMON_CASES;
  return others;
}

/** Rejects with what the broker does wrong. */
export async function tryCase(target: Target, version: Version, name: string, { run }: Case): Promise<void> {
  const trial = new Trial(target, version, name);
  try {
    await run(trial);
  } finally {
    trial.end();
  }
}
