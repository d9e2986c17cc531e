// What a user's .proto text describes: its messages, and how their bytes become values and back.

import { detailOf } from '../errors/thrown-value';
import { recordAt } from '../values/plain-value';
import type { LargeIntegers } from './large-numbers';
import { fieldsWithDefault, mayHaveManyFields, refuseManyFields } from './protobuf-defaults';
import { protobufReader } from './protobuf-reader';
import { protobufFields } from './protobuf-values';
import { schemaLine } from './schema-line';

/** One message of a schema. Both throw an Error that says what is wrong. */
export interface ProtobufMessage {
  /** `defaults` adds the fields that the payload leaves out, with their defaults. */
  decode(payload: Buffer, largeIntegers: LargeIntegers, defaults?: boolean): unknown;
  encode(value: unknown): Uint8Array;
}

export interface ProtobufSchema {
  /** The full names of all messages, in their order. */
  readonly messageTypes: readonly string[];
  /** By its full name, or by its last part where that is clear. */
  message(type: string): ProtobufMessage | undefined;
}

/** `detail` is a sentence part; `line` is that of `text`, from 1, where it can be told. */
type SchemaResult =
  | { readonly ok: true; readonly schema: ProtobufSchema }
  | { readonly ok: false; readonly detail: string; readonly line: number | undefined };

/** Reads an imported file; throws when there is none. */
type ReadImport = (path: string) => string;

type Library = typeof import('protobufjs');
type Type = import('protobufjs').Type;
type Root = import('protobufjs').Root;

/** Files that may import each other in a chain or a tree. */
const MOST_IMPORTS = 100;

/** Loads protobufjs when the first schema wants it. */
function library(): Library {
  return require('protobufjs');
}

/** Reads `text`, and what it imports. */
export function parseProtobufSchema(text: string, readImport: ReadImport): SchemaResult {
  const protobuf = library();
  const root = new protobuf.Root();
  try {
    addFile(protobuf, root, text, readImport, new Set());
    root.resolveAll();
  } catch (error) {
    const detail = detailOf(error);
    return { ok: false, detail, line: schemaLine(text, detail) };
  }
  const types = messagesIn(protobuf, root);
  return { ok: true, schema: new Schema(protobuf, types) };
}

function addFile(protobuf: Library, root: Root, text: string, readImport: ReadImport, seen: Set<string>): void {
  // Field names stay as they are written.
  const { imports = [], weakImports = [] } = protobuf.parse(text, root, { keepCase: true });
  for (const path of [...imports, ...weakImports]) {
    if (seen.has(path)) continue;
    if (seen.size >= MOST_IMPORTS) throw new Error(`more than ${MOST_IMPORTS} imports`);
    seen.add(path);
    // Google's own types come with the library.
    const known = protobuf.common.get(path);
    if (known) root.addJSON(known.nested ?? {});
    else addFile(protobuf, root, readImport(path), readImport, seen);
  }
}

function messagesIn(protobuf: Library, root: Root): ReadonlyMap<string, Type> {
  const types = new Map<string, Type>();
  const open: import('protobufjs').NamespaceBase[] = [root];
  for (const namespace of open) {
    for (const one of namespace.nestedArray) {
      if (one instanceof protobuf.Type) types.set(one.fullName.replace(/^\./, ''), one);
      if (one instanceof protobuf.Namespace) open.push(one);
    }
  }
  return types;
}

class Schema implements ProtobufSchema {
  readonly messageTypes: readonly string[];
  readonly #protobuf: Library;
  readonly #types: ReadonlyMap<string, Type>;
  /** The fields with a default of the message that has the most. */
  readonly #widest: number;

  constructor(protobuf: Library, types: ReadonlyMap<string, Type>) {
    this.#protobuf = protobuf;
    this.#types = types;
    this.messageTypes = [...types.keys()];
    this.#widest = Math.max(0, ...Array.from(types.values(), (type) => fieldsWithDefault(type)));
  }

  message(name: string): ProtobufMessage | undefined {
    const type = this.#find(name);
    return type && new Message(this.#protobuf, type, this.#widest);
  }

  #find(name: string): Type | undefined {
    const wanted = name.trim().replace(/^\./, '');
    const exact = this.#types.get(wanted);
    if (exact || wanted === '') return exact;
    const [first, ...others] = this.messageTypes.filter((full) => full.endsWith(`.${wanted}`));
    return first !== undefined && others.length === 0 ? this.#types.get(first) : undefined;
  }
}

class Message implements ProtobufMessage {
  readonly #protobuf: Library;
  readonly #type: Type;
  readonly #widest: number;

  /** `widest` is how many fields a message within it may have, or more. */
  constructor(protobuf: Library, type: Type, widest: number) {
    this.#protobuf = protobuf;
    this.#type = type;
    this.#widest = widest;
  }

  decode(payload: Buffer, largeIntegers: LargeIntegers, defaults = true): unknown {
    const message = this.#type.decode(protobufReader(this.#protobuf, payload));
    if (defaults && mayHaveManyFields(payload.length, this.#widest)) {
      refuseManyFields(this.#protobuf, this.#type, message);
    }
    return this.#type.toObject(message, {
      longs: largeIntegers === 'bigint' ? BigInt : String,
      enums: String,
      // A device that sends 0, false or an empty list sends nothing for it (proto3).
      defaults,
    });
  }

  encode(value: unknown): Uint8Array {
    const { name } = this.#type;
    const readied = protobufFields(this.#protobuf, this.#type, recordAt(value, name), name);
    const message = this.#type.fromObject(readied);
    const wrong = this.#type.verify(message);
    if (wrong !== null) throw new Error(wrong);
    return this.#type.encode(message).finish();
  }
}
