// Finds the track of a message by its `_msgid`. A flow may give several messages the same id: each of their tracks has it
// then, until it ends.

import type { FlowTrack } from './flow-track';

const NONE: readonly FlowTrack[] = [];

export class TrackNames {
  readonly #byId = new Map<string, readonly FlowTrack[]>();

  /** `track` is that of a message with `id`, perhaps beside others. */
  add(id: string, track: FlowTrack): void {
    if (track.ids.has(id)) return;
    track.ids.add(id);
    const known = this.#byId.get(id);
    this.#byId.set(id, known ? [...known, track] : [track]);
  }

  /** `track` is over: none of its ids leads to it any more. */
  remove(track: FlowTrack): void {
    for (const id of track.ids) {
      const left = this.of(id).filter((other) => other !== track);
      if (left.length > 0) this.#byId.set(id, left);
      else this.#byId.delete(id);
    }
  }

  /** Those that have `id`, the one that was named so last at the end. */
  of(id: string): readonly FlowTrack[] {
    return this.#byId.get(id) ?? NONE;
  }

  /** All that have a name. */
  get tracks(): ReadonlySet<FlowTrack> {
    return new Set([...this.#byId.values()].flat());
  }
}
