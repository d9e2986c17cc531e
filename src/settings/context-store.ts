// Where a node keeps something over restarts, as it is saved.

import type { SavedConfig } from './saved-config';

export interface ContextStore {
  readonly type: 'flow' | 'global';
  /** A context key with the name of its store, in Node-RED's notation. */
  readonly key: string;
}

/** The store in `property`, whose type is in `<property>Type`; undefined for none. A missing key is noted in `saved`. */
export function readContextStore(saved: SavedConfig, property: string): ContextStore | undefined {
  const type = saved.choice(`${property}Type`, ['none', 'flow', 'global'], 'none');
  const key = saved.text(property, '').trim();
  if (type === 'none') return undefined;
  if (key === '') saved.invalid(property, 'expected.text');
  return { type, key };
}
