// The servers for tests of nodes: the embedded broker, and mosquitto with MQTT 5 and with MQTT 3.1.1.

import type { BrokerConfig } from '#src/settings/broker.config';
import { Mosquitto, needsMosquitto } from '../servers/mosquitto';
import { type FlowNode, unloadFlow } from './flow-harness';
import { embeddedNode, serverNode } from './flow-nodes';

export interface TestServer {
  /** Whether the connection uses MQTT 5. */
  readonly mqtt5: boolean;
  /** A broker node that connects to it. */
  broker(id: string, settings?: Partial<BrokerConfig>): FlowNode;
}

/** Describes the same behaviour once for each server. Flows are stopped after each test. */
export function onEachServer(title: string, describeBehaviour: (server: TestServer) => void): void {
  describe(`${title} (embedded broker)`, () => {
    afterEach(unloadFlow);
    describeBehaviour({ mqtt5: true, broker: (id, settings) => ({ ...embeddedNode(id), ...settings }) });
  });
  onMosquitto(`${title} (mosquitto, MQTT 5)`, 5, describeBehaviour);
  onMosquitto(`${title} (mosquitto, MQTT 3.1.1)`, 4, describeBehaviour);
}

/** Describes behaviour on mosquitto with one version of MQTT. */
export function onMosquitto(
  title: string,
  protocolVersion: 5 | 4,
  describeBehaviour: (server: TestServer) => void,
  config: readonly string[] = [],
): void {
  describe(title, () => {
    let mosquitto: Mosquitto | undefined;
    before(async function () {
      needsMosquitto(this);
      mosquitto = await Mosquitto.start({ config });
    });
    afterEach(unloadFlow);
    after(() => mosquitto?.stop());
    describeBehaviour({
      mqtt5: protocolVersion === 5,
      broker: (id, settings) => serverNode(id, mosquitto?.port ?? 0, { protocolVersion, ...settings }),
    });
  });
}
