// A message of the topics sidebar as one line of JSON, for export. A replay reads it like a recording.

import { messageLine } from '../recordings/message-line';
import type { Observation } from './observation';

/** One line with its line feed. `payloadSize` is present when only the beginning was kept. */
export function recordingLine(topic: string, observation: Observation): string {
  const { at: time, bytes, size, qos, retain, properties } = observation;
  const payload = Buffer.from(bytes, 'latin1');
  return messageLine({ time, topic, payload, qos, retain, stored: false, properties }, size);
}
