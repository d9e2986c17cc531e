// The surface of the flows as an AsyncAPI document, version 3.0.0: a channel for each filter or topic, an operation for
// each node there, and for each channel the payloads that were seen as examples, with a schema that fits them.
// https://www.asyncapi.com/docs/reference/specification/v3.0.0

import { bracketed, parseServerUrl, serverName } from '../servers/server-url';
import { SEVERAL } from '../topics/topic-pattern';
import { inferredSchema, type JsonSchema } from './inferred-schema';
import type { SeenByFilter, SeenTopic } from './seen-topics';
import { receives, type TopicUse } from './topic-use';

interface SurfaceServer {
  /** As the broker node has it. User name, password and query, which may hold a signature, do not go into the document. */
  readonly url: string;
}

interface SurfaceChannel {
  readonly use: TopicUse;
  /** What the editor calls the node. */
  readonly label: string;
  readonly seen: SeenByFilter;
}

interface Operation {
  readonly action: 'send' | 'receive';
  readonly channel: { readonly $ref: string };
  readonly title: string;
  readonly bindings: { readonly mqtt: { readonly qos?: number; readonly retain?: boolean } };
}

interface Channel {
  readonly address: string;
  readonly description?: string;
  readonly parameters?: Readonly<Record<string, { readonly description: string }>>;
  readonly messages: { readonly message: Message };
}

interface Message {
  readonly contentType?: string;
  readonly payload: JsonSchema;
  readonly examples?: readonly { readonly name: string; readonly payload: unknown }[];
}

/**
 * The document, as plain data. Uses without a filter are left out: nobody knows their topics. Uses of the same topics are
 * operations of one channel.
 */
export function asyncApi(title: string, servers: readonly SurfaceServer[], uses: readonly SurfaceChannel[]): object {
  const channels = new Map<string, Channel>();
  const operations = new Map<string, Operation>();
  for (const one of uses) {
    if (!one.use.pattern) continue;
    const made = channelOf(one);
    const name = channelName(made.address, channels);
    channels.set(name, channels.get(name) ?? made);
    operations.set(uniqueName(`${one.use.kind}-${name}`, operations), operationOf(one, name));
  }
  return {
    asyncapi: '3.0.0',
    info: { title, version: '1.0.0' },
    defaultContentType: 'application/json',
    servers: Object.fromEntries(servers.flatMap(serverOf).map((server, index) => [`server${index + 1}`, server])),
    channels: Object.fromEntries(channels),
    operations: Object.fromEntries(operations),
  };
}

/** None for an address that cannot be read, such as one whose port is a variable: nobody knows which part of it is secret. */
function serverOf({ url }: SurfaceServer): readonly object[] {
  const parsed = parseServerUrl(url);
  if (!parsed.ok) return [];
  const { address } = parsed;
  if (address.scheme === 'mqtt+unix') return [{ host: serverName(address), protocol: 'mqtt' }];
  const { scheme, host, port, path } = address;
  const pathname = path.replace(/\?.*$/s, '');
  return [
    {
      host: `${bracketed(host)}:${port}`,
      protocol: scheme,
      ...(pathname === '' || pathname === '/' ? {} : { pathname }),
    },
  ];
}

/** What stands for other levels. */
const DESCRIPTIONS: ReadonlyMap<string, string> = new Map([
  ['+', 'One level.'],
  [SEVERAL, 'One level or several.'],
  ['#', 'This level and all below it, or none.'],
]);

/** AsyncAPI has parameters in place of wildcards, and none that takes several levels: the description says it. */
function channelOf({ use, seen }: SurfaceChannel): Channel {
  const { filter, levels = [] } = use.pattern ?? {};
  const parameters: [string, { readonly description: string }][] = [];
  const address = levels.map((level, index) => {
    const description = DESCRIPTIONS.get(level);
    if (description === undefined) return level;
    const capture = filter?.captures.find((one) => one.level === index);
    const wanted = capture?.name ?? (level === '#' ? 'rest' : `level${index + 1}`);
    const name = parameterName(wanted, parameters);
    parameters.push([name, { description }]);
    return `{${name}}`;
  });
  const group = filter?.shareGroup === undefined ? {} : { description: `Shared subscription: ${filter.shareGroup}` };
  return {
    address: address.join('/'),
    ...group,
    ...(parameters.length > 0 ? { parameters: Object.fromEntries(parameters) } : {}),
    messages: { message: messageOf(seen.topics) },
  };
}

/** Letters, digits, `_` and `-`, as AsyncAPI wants them, and no name twice. */
function parameterName(text: string, before: readonly (readonly [name: string, unknown])[]): string {
  const name = text.replace(/[^a-zA-Z0-9_-]+/g, '_');
  let unique = name;
  for (let number = 2; before.some(([taken]) => taken === unique); number++) unique = `${name}-${number}`;
  return unique;
}

function messageOf(topics: readonly SeenTopic[]): Message {
  const withValue = topics.filter((topic) => 'value' in topic);
  const types = new Set(topics.flatMap(({ contentType }) => contentType ?? []));
  const [contentType] = types.size === 1 ? types : [];
  return {
    ...(contentType === undefined ? {} : { contentType }),
    payload: inferredSchema(withValue.map(({ value }) => value)),
    ...(withValue.length > 0
      ? { examples: withValue.map(({ topic, value }) => ({ name: topic, payload: value })) }
      : {}),
  };
}

function operationOf({ use, label }: SurfaceChannel, channel: string): Operation {
  const { qos, retain } = use;
  const mqtt = { ...(qos === undefined ? {} : { qos }), ...(retain === undefined ? {} : { retain }) };
  return {
    action: receives(use) ? 'receive' : 'send',
    channel: { $ref: `#/channels/${channel}` },
    title: label,
    bindings: { mqtt },
  };
}

/** A name for the channel of `address`: letters, digits, `.`, `_` and `-`, as keys of references have to be. */
function channelName(address: string, channels: ReadonlyMap<string, Channel>): string {
  for (const [name, channel] of channels) if (channel.address === address) return name;
  return uniqueName(address, channels);
}

function uniqueName(text: string, taken: ReadonlyMap<string, unknown>): string {
  const name = text.replace(/[^a-zA-Z0-9_-]+/g, '.').replace(/^\.|\.$/g, '') || 'channel';
  let unique = name;
  for (let number = 2; taken.has(unique); number++) unique = `${name}-${number}`;
  return unique;
}
