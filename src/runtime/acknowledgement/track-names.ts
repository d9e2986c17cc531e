// Finds the tracks of a message by its `_msgid`. A flow may give several messages the same id. Each of their tracks
// then has it, until the track ends.

import type { FlowTrack } from './flow-track';

const NONE: readonly FlowTrack[] = [];

export class TrackNames {
  readonly #byId = new Map<string, readonly FlowTrack[]>();

  /** `track` has a message with `id`. Other tracks may have one, too. */
  add(id: string, track: FlowTrack): void {
    if (track.ids.has(id)) return;
    track.ids.add(id);
    const known = this.#byId.get(id);
    this.#byId.set(id, known ? [...known, track] : [track]);
  }

  /** `track` has ended. Its ids no longer lead to it. */
  remove(track: FlowTrack): void {
    for (const id of track.ids) {
      const left = this.of(id).filter((other) => other !== track);
      if (left.length > 0) this.#byId.set(id, left);
      else this.#byId.delete(id);
    }
  }

  /** The tracks that have `id`, the latest last. */
  of(id: string): readonly FlowTrack[] {
    return this.#byId.get(id) ?? NONE;
  }

  /** All tracks that have an id. */
  get tracks(): ReadonlySet<FlowTrack> {
    return new Set([...this.#byId.values()].flat());
  }
}
