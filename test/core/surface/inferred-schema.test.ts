// The JSON Schema of payloads that were seen.

import assert from 'node:assert/strict';
import { inferredSchema } from '#src/core/surface/inferred-schema';

describe('A schema inferred from payloads', () => {
  it('has the types that occur, and whole numbers as such only where all are', () => {
    assert.deepEqual(inferredSchema([1, 2]), { type: 'integer' });
    assert.deepEqual(inferredSchema([1, 2.5]), { type: 'number' });
    assert.deepEqual(inferredSchema(['on', null]), { type: ['null', 'string'] });
    assert.deepEqual(inferredSchema([true]), { type: 'boolean' });
  });

  it('has the properties of all objects, and requires those that each has', () => {
    assert.deepEqual(inferredSchema([{ t: 21.5, unit: 'C' }, { t: 22 }]), {
      type: 'object',
      properties: { t: { type: 'number' }, unit: { type: 'string' } },
      required: ['t'],
    });
  });

  it('has one schema for the elements of arrays', () => {
    assert.deepEqual(inferredSchema([[1, 2], ['a'], []]), {
      type: 'array',
      items: { type: ['integer', 'string'] },
    });
    assert.deepEqual(inferredSchema([[]]), { type: 'array' });
  });

  it('fits everything where nothing was seen', () => {
    assert.deepEqual(inferredSchema([]), {});
  });

  it('takes names like any other, whatever they mean in JavaScript', () => {
    const schema = inferredSchema([JSON.parse('{"__proto__": 1}')]);
    assert.deepEqual(Object.keys(schema.properties ?? {}), ['__proto__']);
  });

  it('ends with payloads that are deep, or have many properties', () => {
    const deep = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`);
    assert.ok(JSON.stringify(inferredSchema([deep])).length < 500);
    const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`p${index}`, index]));
    assert.equal(Object.keys(inferredSchema([wide]).properties ?? {}).length, 100);
  });
});
