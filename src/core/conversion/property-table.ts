// Where every property that the core MQTT nodes save goes, and what ours have beside. test/core/conversion compares it with
// the forms of Node-RED and with our settings; docs/moving-in.md is made from it. Runs in the editor too.

import type { NoteKey, Verdict } from './conversion-note';

export interface PropertyRow {
  /** Properties of the core node; none for a setting that only ours has. */
  readonly core: readonly string[];
  /** Properties of ours; none for one that has no counterpart. */
  readonly ours: readonly string[];
  readonly verdict: Verdict;
  /** The sentence that says why. */
  readonly sentence: NoteKey;
}

function row(core: string, ours: string, verdict: Verdict, sentence: NoteKey): PropertyRow {
  return { core: words(core), ours: words(ours), verdict, sentence };
}

function words(text: string): string[] {
  return text.split(' ').filter((word) => word !== '');
}

/** One row a property, or several that go together. `credentials.` stands before what is stored apart from the flow. */
export const PROPERTY_TABLE = {
  'mqtt-broker': {
    ours: 'mqtt-flows-broker',
    rows: [
      row('name', 'name', 'same', 'sameValue'),
      row('broker port usetls url', 'connectTo servers', 'same', 'oneAddress'),
      row('tls verifyservercert', 'tls', 'note', 'certificate'),
      row('', 'proxy', 'same', 'proxyWebSocketOnly'),
      row('protocolVersion compatmode', 'protocolVersion', 'same', 'versionWritten'),
      row('clientid', 'clientId', 'same', 'clientIdBlank'),
      row('keepalive', 'keepalive', 'same', 'keepaliveBlank'),
      row('cleansession', 'cleanStart', 'same', 'sessionNeedsClientId'),
      row('sessionExpiry sessionExpiryInterval', 'sessionExpiryInterval', 'same', 'expiryBlank'),
      row('autoConnect', 'autoConnect', 'same', 'autoConnectBlank'),
      row('autoUnsubscribe', '', 'note', 'keptSession'),
      row('birthTopic birthPayload birthQos birthRetain birthMsg', 'birth', 'same', 'presence'),
      row('closeTopic closePayload closeQos closeRetain closeMsg', 'close', 'same', 'presence'),
      row('willTopic willPayload willQos willRetain willMsg', 'will', 'same', 'presence'),
      row('userProps userProperties', 'userProperties', 'same', 'mqtt5Only'),
      row('topicAliasMaximum maximumPacketSize receiveMaximum', '', 'same', 'neverSent'),
      row('credentials.user', 'credentials.username credentials.user', 'same', 'credentialsStay'),
      row('credentials.password', 'credentials.password', 'same', 'credentialsStay'),
      row('', 'reconnect', 'note', 'reconnectTimes'),
      row('', 'outbox', 'note', 'whileOffline'),
      row(
        '',
        'connectTimeout webSocket embedded receiveMaximum maximumPacketSize topicAliasMaximum',
        'same',
        'notInCore',
      ),
      row(
        '',
        'credentials.proxyUsername credentials.proxyPassword credentials.embeddedUsername credentials.embeddedPassword',
        'same',
        'notInCore',
      ),
      row('', 'credentials.embeddedPasswords listenerTls', 'same', 'notInCore'),
    ],
  },
  'mqtt in': {
    ours: 'mqtt-flows-subscribe',
    rows: [
      row('name', 'name', 'same', 'sameValue'),
      row('broker', 'broker', 'same', 'sameValue'),
      row('topic qos nl rap rh', 'subscriptions', 'same', 'ownTopicUnused'),
      row('inputs topicType', 'inputs', 'same', 'ownTopicUnused'),
      row('datatype', 'format', 'same', 'formatNames'),
      row('subscriptionIdentifier', '', 'same', 'neverSent'),
      row('', 'retainedAgain', 'note', 'storedMessages'),
      row(
        '',
        'retained requestsOnly acknowledge maxInFlight acknowledgeTimeout onError undecodable requestRebirth largeIntegers keepSubscriptions outputEach outputs receivedAt',
        'same',
        'notInCore',
      ),
      row('', 'compression inflateLimit schema schemaFrom messageType formatOptions', 'same', 'notInCore'),
    ],
  },
  'mqtt out': {
    ours: 'mqtt-flows-publish',
    rows: [
      row('name', 'name', 'same', 'sameValue'),
      row('broker', 'broker', 'same', 'sameValue'),
      row('topic', 'topic topicType', 'same', 'placeholdersKept'),
      row('qos', 'qos qosType', 'same', 'blankMeansMessage'),
      row('retain', 'retain retainType', 'same', 'blankMeansMessage'),
      row('respTopic contentType correl expiry', 'properties', 'same', 'mqtt5Only'),
      row('userProps', 'properties', 'note', 'userPropertiesMerged'),
      row('', 'whileOffline', 'note', 'whileOffline'),
      row('', 'format describePayload completeOn payload payloadType atConnection interval', 'same', 'notInCore'),
      row('', 'compression inflateLimit schema schemaFrom messageType formatOptions', 'same', 'notInCore'),
      row('', 'wires', 'same', 'output'),
    ],
  },
} as const satisfies Readonly<Record<string, { readonly ours: string; readonly rows: readonly PropertyRow[] }>>;

type CoreType = keyof typeof PROPERTY_TABLE;

export const CORE_TYPES = Object.keys(PROPERTY_TABLE) as readonly CoreType[];

/** The properties that nodes of a core type save and that ours have under another name, or not at all. */
export function coreProperties(type: CoreType): string[] {
  return namesIn(type, 'core');
}

/** The properties that our counterpart of a core type saves and that the core node has under another name, or not at all. */
export function ourProperties(type: CoreType): string[] {
  return namesIn(type, 'ours');
}

function namesIn(type: CoreType, side: 'core' | 'ours'): string[] {
  const rows: readonly PropertyRow[] = PROPERTY_TABLE[type].rows;
  const others = rows.filter(({ sentence }) => sentence !== 'sameValue' && sentence !== 'output');
  return [...new Set(others.flatMap((each) => each[side]))];
}
