// The saved configuration of an acknowledge node: its properties, their defaults, and how the runtime reads them.

import type { Acknowledgement } from '../core/publications/acknowledgement';
import { type ConfigResult, type RawConfig, SavedConfig } from './saved-config';

export interface AcknowledgeConfig {
  name: string;
  /** Whether the server is told that a message was processed, or that it was refused. */
  answer: 'accept' | 'refuse';
  /** The reason code of a refusal. */
  reasonCode: number | string;
  /** The property that holds the receipt. Blank: `msg.receipt`, or else `msg._msgid`. */
  property: string;
}

/** The failure codes of PUBACK and PUBREC that a receiver may send (MQTT 5, sections 3.4.2.1 and 3.5.2.1). */
export const REFUSALS = [0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99] as const;

export const acknowledgeDefaults: AcknowledgeConfig = { name: '', answer: 'accept', reasonCode: 0x83, property: '' };

interface AcknowledgeSettings {
  readonly settlement: Acknowledgement;
  readonly property: string;
}

/** Reads a saved configuration. The first invalid value is the error. */
export function parseAcknowledgeConfig(raw: RawConfig): ConfigResult<AcknowledgeSettings> {
  const saved = new SavedConfig(raw);
  const answer = saved.choice('answer', ['accept', 'refuse'], acknowledgeDefaults.answer);
  const reasonCode = saved.choice('reasonCode', REFUSALS, 0x83);
  const settlement: Acknowledgement = answer === 'accept' ? { kind: 'acknowledged' } : { kind: 'refused', reasonCode };
  return saved.result({ settlement, property: saved.text('property', acknowledgeDefaults.property) });
}
