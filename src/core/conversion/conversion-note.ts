// What there is to say about the conversion of a node, as keys of the catalogue, and what a conversion gives. Runs in the
// editor too.

import type { FlowNode } from './flow-node';

/** *same*: nothing to say. *note*: it differs in something that is said. *cannot*: the node stays as it is. */
export type Verdict = 'same' | 'note' | 'cannot';

/** Each has a sentence in the catalogue `moving-in` under `notes.`. */
export type NoteKey =
  // What is said of a property in general.
  | 'sameValue'
  | 'oneAddress'
  | 'certificate'
  | 'proxyWebSocketOnly'
  | 'versionWritten'
  | 'clientIdBlank'
  | 'keepaliveBlank'
  | 'autoConnectBlank'
  | 'sessionNeedsClientId'
  | 'expiryBlank'
  | 'keptSession'
  | 'presence'
  | 'neverSent'
  | 'credentialsStay'
  | 'reconnectTimes'
  | 'ownTopicUnused'
  | 'formatNames'
  | 'blankMeansMessage'
  | 'mqtt5Only'
  | 'userPropertiesMerged'
  | 'storedMessages'
  | 'whileOffline'
  | 'output'
  | 'notInCore'
  | 'placeholdersKept'
  // What is said of one node.
  | 'tlsNotVerified'
  | 'tlsVerified'
  | 'tlsThere'
  | 'addressPart'
  | 'addressInvalid'
  | 'addressFromVariable'
  | 'credentialsMoved'
  | 'credentialsInAddress'
  | 'credentialsAgain'
  | 'brokerShared'
  | 'brokerThere'
  | 'brokerBeside'
  | 'brokerStays'
  | 'presenceTwice'
  | 'clientIdChanged'
  | 'clientIdBraces'
  | 'presenceTopic'
  | 'variableInside'
  | 'variableStays'
  | 'filterInvalid'
  | 'filterNamed'
  | 'jsonToggles'
  | 'topicInvalid'
  | 'propertyIgnored'
  | 'locked'
  | 'brokerUnknown'
  | 'messageNeedsAction'
  | 'unsubscribesItself'
  | 'tlsByAddress'
  | 'notMoved'
  | 'otherStore'
  | 'serverTls'
  | 'webSocketListener'
  | 'eventsWired'
  | 'allAddresses'
  | 'becomesBroker'
  // What the core nodes do not have.
  | 'embeddedBroker'
  | 'severalServers'
  | 'severalFilters'
  | 'noFilter'
  | 'namedWildcards'
  | 'valueFromElsewhere'
  | 'template'
  | 'outputWired'
  | 'settingLost'
  | 'versionFixed'
  | 'outboxLost';

export interface ConversionNote {
  readonly key: NoteKey;
  /** Values for the sentence. */
  readonly values: Readonly<Record<string, string | number>>;
}

/** What becomes of one node. */
export interface NodeReport {
  readonly id: string;
  readonly type: string;
  /** What the editor shows on the node, as far as the node itself says. */
  readonly label: string;
  /** The flow or subflow that it belongs to; blank for a configuration node of all flows. */
  readonly flow: string;
  readonly verdict: Verdict;
  readonly notes: readonly ConversionNote[];
}

/** One converted node: what takes its place, or why nothing can. */
export type NodeConversion =
  | {
      readonly ok: true;
      readonly node: FlowNode;
      /** Configuration nodes that it needs. */
      readonly added: readonly FlowNode[];
      readonly notes: readonly ConversionNote[];
    }
  | { readonly ok: false; readonly notes: readonly ConversionNote[] };

export function note(key: NoteKey, values: ConversionNote['values'] = {}): ConversionNote {
  return { key, values };
}
