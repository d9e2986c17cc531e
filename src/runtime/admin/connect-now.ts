// The admin route of the button "Connect now": the deployed broker node makes its next attempt at once.

import type { NodeAPI } from 'node-red';
import { type BrokerNode, findBroker } from '../broker/broker-node';
import { brokerHealth, mayConnectNow } from './broker-health';
import { jsonOnly } from './json-only';

/** Adds the route, which answers with the health of the broker node. */
export function serveConnectNow(RED: NodeAPI): void {
  const { httpAdmin, auth } = RED;
  httpAdmin.post(
    '/mqtt-flows/brokers/:id/connect',
    auth.needsPermission('mqtt-flows.write'),
    jsonOnly,
    (request, response) => {
      const id = String(request.params.id);
      const broker = findBroker(RED, id);
      if (!broker) return void response.sendStatus(404);
      connectNow(broker);
      response.json(brokerHealth(RED, id));
    },
  );
}

/** Does nothing while there is a connection, or no node that uses it. */
function connectNow(broker: BrokerNode): void {
  if (mayConnectNow(broker) && broker.link.ok) broker.link.control.connectNow();
}
