// Where a slip in a .proto text is said to be.

import assert from 'node:assert/strict';
import { parseProtobufSchema } from '#src/core/payloads/protobuf-schema';

function lineOf(...lines: readonly string[]): number | undefined {
  const parsed = parseProtobufSchema(lines.join('\n'), (path) => {
    throw new Error(path);
  });
  assert.ok(!parsed.ok, 'the text can be read');
  return parsed.line;
}

const START = 'syntax = "proto3";';

describe('The line of a slip in a .proto text', () => {
  it('is that of what cannot be read', () => {
    assert.equal(lineOf(START, 'message A {', '  int32 a 1;', '}'), 3);
    assert.equal(lineOf(START, '', 'hello'), 3);
    assert.equal(lineOf(START, 'message A {', '  int32 a = 1;'), 3);
  });

  it('is that of a type that is missing, and not of a longer name', () => {
    assert.equal(lineOf(START, 'message FooBar { }', 'message A {', '  FooBar b = 1;', '  Foo a = 2;', '}'), 5);
    assert.equal(lineOf(START, 'message A {', '  other.Foo a = 2;', '}'), 3);
  });

  it('is that of the second place of a name', () => {
    assert.equal(lineOf(START, 'message A {', '  int32 level = 1;', '  int32 level = 2;', '}'), 4);
    assert.equal(lineOf(START, 'enum E {', '  A = 0;', '  B = 1;', '  B = 2;', '}'), 5);
  });

  it('is left out where nobody can tell it', () => {
    assert.equal(lineOf(START, 'import "other.proto";'), undefined);
  });
});
