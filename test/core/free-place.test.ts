import assert from 'node:assert/strict';
import { type Box, freePlace } from '#src/core/sidebar/free-place';

const NODE = { w: 200, h: 40 };
const VIEW: Box = { x: 500, y: 400, w: 1000, h: 800 };

function covers(place: { x: number; y: number }, box: Box): boolean {
  return Math.abs(place.x - box.x) * 2 < NODE.w + box.w && Math.abs(place.y - box.y) * 2 < NODE.h + box.h;
}

describe('A free place', () => {
  it('is the middle of what is in sight, where nothing is in the way', () => {
    assert.deepEqual(freePlace(NODE, VIEW, []), { x: 500, y: 400 });
    assert.deepEqual(freePlace(NODE, VIEW, [{ ...NODE, x: 100, y: 100 }]), { x: 500, y: 400 });
  });

  it('is beside the nodes that are there, and close to the middle', () => {
    const taken: Box[] = [{ x: 500, y: 400, w: 120, h: 30 }];
    for (let added = 0; added < 10; added++) {
      const place = freePlace(NODE, VIEW, taken);
      assert.ok(!taken.some((box) => covers(place, box)), JSON.stringify(place));
      assert.ok(Math.hypot(place.x - 500, place.y - 400) < 400);
      taken.push({ ...place, ...NODE });
    }
  });

  it('is in sight', () => {
    const everywhere = (y: number): Box => ({ x: 500, y, w: 1000, h: 60 });
    const taken = [400, 340, 460, 280, 520].map(everywhere);
    for (let added = 0; added < 30; added++) {
      const place = freePlace(NODE, VIEW, taken);
      assert.ok(place.x - NODE.w / 2 >= 0 && place.x + NODE.w / 2 <= 1000);
      assert.ok(place.y - NODE.h / 2 >= 0 && place.y + NODE.h / 2 <= 800);
      taken.push({ ...place, ...NODE });
    }
  });

  it('is the middle where all is full, or there is no room for one node', () => {
    assert.deepEqual(freePlace(NODE, VIEW, [VIEW]), { x: 500, y: 400 });
    assert.deepEqual(freePlace(NODE, { x: 50, y: 50, w: 100, h: 100 }, []), { x: 50, y: 50 });
  });
});
