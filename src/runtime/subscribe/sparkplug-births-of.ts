// The Sparkplug births that the nodes of one connection have seen. All of them share one, since the births may come to
// another node than the data.

import type { Connection } from '../../connection/connection';
import { SparkplugBirths } from '../../core/payloads/sparkplug-births';

const byConnection = new WeakMap<Connection, SparkplugBirths>();

export function birthsOf(connection: Connection): SparkplugBirths {
  const known = byConnection.get(connection);
  if (known) return known;
  const births = new SparkplugBirths();
  byConnection.set(connection, births);
  return births;
}
