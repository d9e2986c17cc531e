// Where a client may publish: `$SYS/` is the broker's own (MQTT 5, section 4.7.2), and of the rest `Access` knows.

import type { Access, KnownClient } from './access';

export function mayPublish(client: KnownClient, topic: string, access: Access): boolean {
  if (!topic.startsWith('$SYS/')) return access.mayPublish(client, topic);
  // A mosquitto bridge tells there, by its will too, whether it is connected; refused, it would never connect.
  return topic === `$SYS/broker/connection/${client.clientId}/state`;
}
