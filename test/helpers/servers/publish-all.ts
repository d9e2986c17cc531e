// A device that connects, publishes, and disconnects when the server has acknowledged everything.

import { connectAsync } from 'mqtt';

export interface DevicePublication {
  readonly topic: string;
  readonly payload: string;
  readonly qos: 1 | 2;
}

/** Publishes in order to the server at a port of the loopback address. */
export async function publishAll(port: number, publications: readonly DevicePublication[]): Promise<void> {
  const client = await connectAsync({ host: '127.0.0.1', port, reconnectPeriod: 0 });
  for (const { topic, payload, qos } of publications) await client.publishAsync(topic, payload, { qos });
  await client.endAsync();
}
