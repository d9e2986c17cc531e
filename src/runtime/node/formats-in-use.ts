// Which formats the nodes of a connection use, for the topics sidebar: it reads a payload as the flow does.

import type { Connection } from '../../connection/connection';
import type { NodeCodecs } from './node-codecs';

/** A format as it is saved, and the message that Protobuf wants; both blank for those of the node. */
export interface FormatOfTopic {
  readonly format: string;
  readonly messageType: string;
}

/** A node that reads or makes payloads. */
interface FormatUser {
  readonly codecs: NodeCodecs;
  /** How it reads the messages of a topic; undefined when it gets none of them. */
  formatOf(topic: string): FormatOfTopic | undefined;
}

const byConnection = new WeakMap<Connection, Set<FormatUser>>();

/** Makes the formats of a node known. Call the returned function when it is closed. */
export function useFormats(connection: Connection, user: FormatUser): () => void {
  const known = byConnection.get(connection) ?? new Set();
  byConnection.set(connection, known.add(user));
  return () => void known.delete(user);
}

/** The most message types that are listed. */
const MOST_TYPES = 200;

/** What Protobuf may read, by all nodes of a connection. */
export function messageTypesOf(connection: Connection): readonly string[] {
  const types = new Set(formatUsers(connection).flatMap(({ codecs }) => codecs.messageTypes));
  return [...types].filter((type) => !type.startsWith('google.protobuf.')).slice(0, MOST_TYPES);
}

/** The nodes in the order of their starts. */
export function formatUsers(connection: Connection | undefined): readonly FormatUser[] {
  return connection ? [...(byConnection.get(connection) ?? [])] : [];
}
