// A port of an embedded broker for the devices of a test.

import { OPEN_DIRECTORY, type UserDirectory } from '#src/broker/access/user-directory';
import type { MqttFlowsError } from '#src/core/errors/mqtt-flows-error';
import type { ListenerOptions, PortOptions } from '#src/transport/embedded/device-listener';
import type { EmbeddedBroker } from '#src/transport/embedded/embedded-broker';

export const OPEN_PORT: PortOptions = {
  kind: 'port',
  port: 0,
  bindAddress: '127.0.0.1',
  webSocket: false,
  secure: undefined,
};

/** Opens one port, for everybody unless told otherwise, and returns its number. Rejects when it cannot be opened. */
export async function openPort(
  broker: EmbeddedBroker,
  options: Partial<PortOptions> = {},
  directory: UserDirectory = OPEN_DIRECTORY,
): Promise<number> {
  const [port = 0] = await openListeners(broker, [{ ...OPEN_PORT, ...options }], directory);
  return port;
}

/** Opens all of them, and returns the ports in use. Rejects when one cannot be opened. */
export async function openListeners(
  broker: EmbeddedBroker,
  listeners: readonly ListenerOptions[],
  directory: UserDirectory = OPEN_DIRECTORY,
): Promise<number[]> {
  const errors: MqttFlowsError[] = [];
  const report = { opened: () => {}, failed: (_options: unknown, error: MqttFlowsError) => void errors.push(error) };
  await broker.listen({ listeners, directory }, report);
  if (errors[0]) throw errors[0];
  return broker.ports;
}
