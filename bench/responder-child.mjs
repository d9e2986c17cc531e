// Answers requests at bench/out with the payload that they have, by mqtt.js, in a process of its own.

import mqtt from 'mqtt';

process.on('message', async ({ kind, port }) => {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 5 });
  client.on('message', (_topic, payload, { qos, properties: { responseTopic, correlationData } }) => {
    client.publish(responseTopic, payload, { qos, properties: { correlationData } });
  });
  client.stream.setNoDelay?.(true);
  await client.subscribeAsync('bench/out', { qos: 1 });
  process.send({ kind });
});
process.on('disconnect', () => process.exit(0));
