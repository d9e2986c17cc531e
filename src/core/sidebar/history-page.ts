// A part of the messages that are kept of one topic: those before or after a message, or from a point in time on.

import type { Observation } from './observation';

export type HistoryPlace =
  | { readonly kind: 'before'; readonly sequence: number }
  | { readonly kind: 'after'; readonly sequence: number }
  /** ms since the epoch */
  | { readonly kind: 'at'; readonly at: number };

interface HistoryPage {
  /** Oldest first. */
  readonly messages: readonly Observation[];
  /** The number of messages that are kept before these, and after these. */
  readonly older: number;
  readonly newer: number;
}

/**
 * At most `count` messages of `history`, which is oldest first. Where nothing came at a time or later, the last ones. The
 * times rise, unless the clock of the machine was set back.
 */
export function historyPage(history: readonly Observation[], place: HistoryPlace, count: number): HistoryPage {
  const from = Math.max(0, firstOf(history, place, count));
  const messages = history.slice(from, place.kind === 'before' ? endBefore(history, place.sequence) : from + count);
  return { messages, older: from, newer: history.length - from - messages.length };
}

function firstOf(history: readonly Observation[], place: HistoryPlace, count: number): number {
  switch (place.kind) {
    case 'before':
      return endBefore(history, place.sequence) - count;
    case 'after':
      return endBefore(history, place.sequence + 1);
    case 'at': {
      const at = firstIndex(history, (message) => message.at >= place.at);
      return at < history.length ? at : history.length - count;
    }
  }
}

function endBefore(history: readonly Observation[], sequence: number): number {
  return firstIndex(history, (message) => message.sequence >= sequence);
}

/** The index of the first message for which `holds`, which it does for all later ones; the length if there is none. */
export function firstIndex(history: readonly Observation[], holds: (message: Observation) => boolean): number {
  let low = 0;
  let high = history.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const message = history[middle];
    if (message && holds(message)) high = middle;
    else low = middle + 1;
  }
  return low;
}
