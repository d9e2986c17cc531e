// What a user's .proto text describes: its messages, and how their bytes become values and back.

import { detailOf } from '../errors/thrown-value';
import { recordAt } from '../values/plain-value';
import { bytesOf } from './bytes-value';
import type { LargeIntegers } from './large-numbers';
import { protobufReader } from './protobuf-reader';
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
type Field = import('protobufjs').Field;

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

  constructor(protobuf: Library, types: ReadonlyMap<string, Type>) {
    this.#protobuf = protobuf;
    this.#types = types;
    this.messageTypes = [...types.keys()];
  }

  message(name: string): ProtobufMessage | undefined {
    const type = this.#find(name);
    return type && new Message(this.#protobuf, type);
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

  constructor(protobuf: Library, type: Type) {
    this.#protobuf = protobuf;
    this.#type = type;
  }

  decode(payload: Buffer, largeIntegers: LargeIntegers, defaults = true): unknown {
    return this.#type.toObject(this.#type.decode(protobufReader(this.#protobuf, payload)), {
      longs: largeIntegers === 'bigint' ? BigInt : String,
      enums: String,
      // A device that sends 0, false or an empty list sends nothing for it (proto3).
      defaults,
    });
  }

  encode(value: unknown): Uint8Array {
    const { name } = this.#type;
    const readied = this.#ready(this.#type, recordAt(value, name), name);
    const message = this.#type.fromObject(readied);
    const wrong = this.#type.verify(message);
    if (wrong !== null) throw new Error(wrong);
    return this.#type.encode(message).finish();
  }

  /** A copy with what protobufjs takes. What it would leave out without a word is an error: a name or a word unknown. */
  #ready(type: Type, value: Readonly<Record<string, unknown>>, path: string): Record<string, unknown> {
    const ready: Record<string, unknown> = {};
    for (const [name, entry] of Object.entries(value)) {
      const field = Object.hasOwn(type.fields, name) ? type.fields[name] : undefined;
      if (!field) throw new Error(`${path} has no field "${name}"`);
      // A field without a value is not sent.
      if (entry === null || entry === undefined) continue;
      ready[name] = this.#readyField(field, entry, `${path}.${name}`);
    }
    return ready;
  }

  #readyField(field: Field, value: unknown, path: string): unknown {
    if (field.repeated) {
      if (!Array.isArray(value)) throw new Error(`${path} wants an array`);
      return value.map((entry, index) => this.#readyValue(field, entry, `${path}[${index}]`));
    }
    if (!field.map) return this.#readyValue(field, value, path);
    return Object.fromEntries(
      Object.entries(recordAt(value, path)).map(([key, entry]) => [
        key,
        this.#readyValue(field, entry, `${path}.${key}`),
      ]),
    );
  }

  #readyValue(field: Field, value: unknown, path: string): unknown {
    const { Type, Enum } = this.#protobuf;
    const { resolvedType } = field;
    if (resolvedType instanceof Type) return this.#ready(resolvedType, recordAt(value, path), path);
    if (resolvedType instanceof Enum && typeof value === 'string' && resolvedType.values[value] === undefined) {
      throw new Error(`${path} has no value "${value}"`);
    }
    if (field.type === 'bytes') return bytesOf(value) ?? value;
    return this.#readyNumber(field, value, path);
  }

  /** A text that is no number would become 0, and a fraction lose what is behind the point. */
  #readyNumber(field: Field, value: unknown, path: string): unknown {
    if (!INTEGERS.has(field.type)) return value;
    const text = typeof value === 'bigint' ? String(value) : value;
    const whole = typeof text === 'number' ? Number.isSafeInteger(text) : /^-?[0-9]+$/.test(String(text));
    if (!whole || !(typeof text === 'number' || typeof text === 'string')) {
      throw new Error(`${path} wants a whole number`);
    }
    const [least, most] =
      RANGES[field.type.endsWith('64') ? 64 : 32][
        field.type.startsWith('u') || field.type.startsWith('fixed') ? 'unsigned' : 'signed'
      ];
    const exact = BigInt(text);
    if (exact < least || exact > most) throw new Error(`${path} wants a number from ${least} to ${most}`);
    return text;
  }
}

const INTEGERS = new Set([
  ...['int32', 'uint32', 'sint32', 'fixed32', 'sfixed32'],
  ...['int64', 'uint64', 'sint64', 'fixed64', 'sfixed64'],
]);

const RANGES = {
  32: { signed: [-(2n ** 31n), 2n ** 31n - 1n], unsigned: [0n, 2n ** 32n - 1n] },
  64: { signed: [-(2n ** 63n), 2n ** 63n - 1n], unsigned: [0n, 2n ** 64n - 1n] },
} as const;
