// States of topics for tests, with all that they tell.

import type { TopicRecord, TopicValue } from '#src/core/state/topic-record';
import { type Change, type StateSettings, TopicStates } from '#src/core/state/topic-states';

export const ROOMY = { topics: 1000, bytes: 10_000_000, unused: 0 };

export function settings(more: Partial<StateSettings> = {}): StateSettings {
  return { limits: ROOMY, first: true, firstRetained: false, pace: 0, rules: [], ...more };
}

/** A state whose time is set by the test, and what it has told: changes as `topic value<before`. */
export class Trial {
  now = 0;
  readonly told: string[] = [];
  readonly states: TopicStates;

  constructor(more: Partial<StateSettings> = {}, ruleOf: (topic: string) => number = () => 0) {
    this.states = new TopicStates(settings(more), {
      ruleOf,
      changed: (change) => this.#tellChange(change),
      fellSilent: ({ topic }: TopicRecord) => this.told.push(`${topic} silent`),
      spoke: ({ topic }: TopicRecord, since) => this.told.push(`${topic} speaks after ${this.now - since}`),
    });
  }

  /** Lets a value arrive. */
  take(topic: string, payload: unknown, { replayed = false } = {}): void {
    const change = this.states.take({ topic, value: stateValue(payload), compared: payload, replayed }, this.now);
    if (change) this.#tellChange(change);
  }

  remove(topic: string): void {
    const change = this.states.remove(topic, stateValue(''));
    if (change) this.#tellChange(change);
  }

  /** Lets time pass, with a tick whenever one is due. */
  pass(ms: number): void {
    const end = this.now + ms;
    for (let at = this.states.nextAt; at <= end; at = this.states.nextAt) {
      this.now = Math.max(this.now, at);
      this.states.tick(this.now, this.now);
    }
    this.now = end;
  }

  /** What has been told since the last call. */
  news(): string[] {
    return this.told.splice(0);
  }

  #tellChange({ topic, value, before, removed }: Change): void {
    const shown = removed ? 'removed' : String(value.payload);
    this.told.push(before ? `${topic} ${shown}<${String(before.value)}` : `${topic} ${shown}`);
  }
}

export function stateValue(payload: unknown): TopicValue {
  return { payload, retain: false };
}
