// Our packet identifiers, in the form that mqtt.js expects.

import type { IClientOptions } from 'mqtt';
import type { PacketIdentifiers } from '../../core/publications/packet-identifiers';

/** The identifiers that mqtt.js uses for SUBSCRIBE and UNSUBSCRIBE. */
export function identifierProvider(identifiers: PacketIdentifiers): NonNullable<IClientOptions['messageIdProvider']> {
  let last: number | undefined;
  return {
    allocate() {
      last = identifiers.allocate();
      return last ?? null;
    },
    getLastAllocated: () => last ?? null,
    register: (identifier) => identifiers.use(identifier),
    deallocate: (identifier) => identifiers.free(identifier),
    clear: () => identifiers.clear(),
  };
}
