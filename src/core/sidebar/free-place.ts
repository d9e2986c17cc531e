// Finds a place for a new node among those that are there.

/** A rectangle in px. x and y are its middle, like those of a node. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** In px, between two nodes. */
const GAP = 20;

/**
 * The middle of a place of `size` in `view` that covers none of `taken`, as near as possible to the middle of `view`; that middle if
 * there is none.
 */
export function freePlace(size: Pick<Box, 'w' | 'h'>, view: Box, taken: readonly Box[]): { x: number; y: number } {
  const [width, height] = [size.w + GAP, size.h + GAP];
  const columns = Math.max(0, Math.floor((view.w / width - 1) / 2));
  const rows = Math.max(0, Math.floor((view.h / height - 1) / 2));
  let nearest: { x: number; y: number } | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (let column = -columns; column <= columns; column++) {
    for (let row = -rows; row <= rows; row++) {
      const [right, down] = [column * width, row * height];
      const place = { x: view.x + right, y: view.y + down, w: width, h: height };
      const distance = Math.hypot(right, down);
      if (distance >= least || taken.some((box) => overlaps(place, box))) continue;
      nearest = { x: place.x, y: place.y };
      least = distance;
    }
  }
  return nearest ?? { x: view.x, y: view.y };
}

function overlaps(a: Box, b: Box): boolean {
  return Math.abs(a.x - b.x) * 2 < a.w + b.w && Math.abs(a.y - b.y) * 2 < a.h + b.h;
}
