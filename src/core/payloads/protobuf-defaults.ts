// The fields that a Protobuf payload leaves out: each is in the value, with its default, though no byte stands for it.

import { MOST_VALUES, ValueBudget } from './value-budget';

type Library = typeof import('protobufjs');
type Type = import('protobufjs').Type;

/** The fields that a message of `type` has in any case. A member of a `oneof`, as each optional field is, has no default. */
export function fieldsWithDefault({ fieldsArray }: Type): number {
  return fieldsArray.reduce((count, { partOf }) => (partOf ? count : count + 1), 0);
}

/** Throws a PayloadRefusal where the messages in `message`, of `type`, have more than MOST_VALUES fields in all. */
export function refuseManyFields({ Type }: Library, type: Type, message: object): void {
  const budget = new ValueBudget();
  // As deep as protobufjs reads messages: 100 levels.
  function takeFields(of: Type, fields: object): void {
    budget.take(fieldsWithDefault(of));
    for (const { name, resolvedType, repeated, map } of of.fieldsArray) {
      if (!(resolvedType instanceof Type)) continue;
      const content: unknown = (fields as Readonly<Record<string, unknown>>)[name];
      if (typeof content !== 'object' || content === null) continue;
      for (const inner of repeated || map ? Object.values(content) : [content]) takeFields(resolvedType, inner);
    }
  }
  takeFields(type, message);
}

/** Whether a payload of `bytes` can become so many fields, where no message has more than `widest`. */
export function mayHaveManyFields(bytes: number, widest: number): boolean {
  // A message within another one has two bytes at least.
  return (1 + bytes / 2) * widest > MOST_VALUES;
}
