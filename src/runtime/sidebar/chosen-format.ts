// A format as it is chosen in the sidebar: `cbor`, `gzip+json`, or a message of Protobuf, `protobuf:plant.Reading`.

import type { Connection } from '../../connection/connection';
import { splitFormat } from '../../core/payloads/format';
import { formatUsers } from '../node/formats-in-use';
import type { NodeCodecs } from '../node/node-codecs';

interface ChosenFormat {
  /** As it is saved in a node. */
  readonly format: string;
  /** Blank but for Protobuf. */
  readonly messageType: string;
}

export function chosenFormat(text: string): ChosenFormat {
  const colon = text.indexOf(':');
  return colon < 0
    ? { format: text, messageType: '' }
    : { format: text.slice(0, colon), messageType: text.slice(colon + 1) };
}

/** The formats of a node that knows the message, or says something about the format. */
export function codecsKnowing(
  { format: saved, messageType }: ChosenFormat,
  connection: Connection | undefined,
): NodeCodecs | undefined {
  const { format } = splitFormat(saved);
  const all = formatUsers(connection).map(({ codecs }) => codecs);
  return messageType === ''
    ? all.find((codecs) => codecs.sets(format))
    : all.find(({ messageTypes }) => messageTypes.includes(messageType));
}
