// All cases of the comparison with the core nodes, each with the reason why it differs, if it does.

import { connectionCases } from './connection-cases';
import { controlCases } from './control-cases';
import type { MovingCase, Version } from './moving-case';
import { publishCases } from './publish-cases';
import type { Reason } from './reasons';
import { receiveCases } from './receive-cases';

/** Cases that differ: by their titles, and where it matters by the version of MQTT. */
const DIFFERENCES: readonly (readonly [Reason, RegExp, Version?])[] = [
  ['largeNumbers', /^(a whole number beyond 2\^53|JSON with such a number) as (auto-detect|json)$/],
  ['nulInText', /^NUL in a text as auto/],
  ['emptyJson', /^an empty payload as json$/],
  [
    'typeSaysJson',
    /^(text|JSON that is cut off|bytes that are no text) with application\/(json; charset=utf-8|senml\+json).* as auto-detect$/,
  ],
  ['typeSaysText', /^a JSON object with text\/(csv|plain; charset).* as auto-detect$/],
  ['bytesStayBytes', /^bytes that are no text with (text\/plain|application\/xml) as auto/],
  [
    'bytesStayBytes',
    /^bytes that are no text with (?!application\/(octet|zip|json(?!;))|image).*format indicator as auto/,
  ],
  ['severalValues', /\{"a":\["1","2"\]\}/, 5],
  ['bytesSent', /^msg\.payload: a Uint8Array$/],
  ['noPayload', /^(no msg\.payload$|msg\.payload: undefined)/],
  ['noJsonForm', /^msg\.payload: a Map$/],
  ['wrongValue', /^msg\.qos: (3|-1|1\.5|"high"|true)$/],
  ['wrongValue', /^msg\.retain: "yes"$/],
  ['numberAsFlag', /^msg\.retain: 1$/],
  ['wrongValue', /^msg\.(contentType: (7|\{\})|responseTopic: ("answer\/#"|7)|payloadFormatIndicator: "yes")$/],
  ['wrongValue', /^msg\.correlationData: 7$/, 4],
  ['wrongValue', /^msg\.messageExpiryInterval: (-1|1\.5|"soon"|8589934592)$/],
  ['wrongValue', /^msg\.userProperties: (\{"a":\{|"a=1"|\[\])/],
  ['wrongValue', /subscribe with a QoS that is not valid$/],
  ['wrongTopic', /^msg\.topic: (a topic with (a wildcard|NUL)|an empty text|null|an object|undefined)$/],
  ['wrongTopic', /^topic of the node: a topic with a wildcard$/],
  ['topicOfResponse', /^no msg\.topic, but a response topic$/, 4],
  ['numberAsTopic', /^msg\.topic: a number$/],
  ['numberAsFlag', /^msg\.payloadFormatIndicator: [01]$/, 5],
  ['userPropertiesMerged', /^user properties of the node and of the message$/, 5],
  ['responseTopicLeftOut', /^properties of the node that are not valid$/, 5],
  [
    'listInFull',
    /^mqtt in: (subscribe with (a text|a list|options as text)|subscribe twice|unsubscribe from one of two)$/,
  ],
];

/** Those of connections. */
const OF_CONNECTIONS: typeof DIFFERENCES = [
  ['willLeftOut', /^a will with a wildcard in its topic: CONNECT$/],
  ['noUnsubscribe', /^(a birth message|a close message at a stop|a flow that stops): packets$/],
  ['greyWhenWanted', /^a (disconnect action|connection that stands): badge$/],
  ['failureShown', /^a server that .*: badge$/],
  ['failureTold', /^a server that .*: errors$/],
  ['wrongFilter', /^a filter that is not valid: errors$/],
  ['wrongSettings', /^connect with a value that is none: /],
  ['messageWaits', /^a message while disconnected, and one after a connect action: packets$/],
];

function withReason<Case extends MovingCase>(one: Case): Case {
  const found = [...DIFFERENCES, ...OF_CONNECTIONS].find(
    ([, title, version = one.version]) => title.test(one.title) && version === one.version,
  );
  return found ? { ...one, differs: found[0] } : one;
}

export const movingCases: readonly MovingCase[] = [
  ...receiveCases,
  ...publishCases,
  ...controlCases,
  ...connectionCases,
].map(withReason);
