// Why the nodes of MQTT Flows do something else than the core nodes, where they do. The page docs/moving-in.md shows them.

export const REASONS = {
  largeNumbers: 'A whole number beyond 2^53 keeps its digits, as text. The core nodes round it.',
  nulInText: 'A text with NUL in it is text, as UTF-8 allows. The core nodes make a Buffer of it.',
  emptyJson:
    'As JSON, an empty payload is an empty text: it says that a stored message was deleted. For the core nodes it is an error.',
  bytesStayBytes:
    'Bytes that are no text stay a Buffer, whatever the publication says that they are. The core nodes replace them in a text.',
  typeSaysText:
    'A content type that says text is believed, with parameters and for `text/csv` too, so JSON in it is not parsed.',
  typeSaysJson:
    'A content type that says JSON is believed, with parameters and as `+json` too: what is not JSON is an error, which a Catch node gets.',
  severalValues: 'A user property that occurs several times is a list of texts. The core nodes make a JSON text of it.',
  bytesSent: 'A Uint8Array is sent as its bytes. The core nodes send JSON of it.',
  noPayload:
    'Without a payload nothing is sent, and a Catch node gets an error. The core nodes send nothing, or an empty payload for `undefined`, which deletes a stored message.',
  noJsonForm: 'What JSON has no form for is an error. The core nodes send `{}`.',
  wrongValue:
    'A QoS, a flag or a property that is not valid is an error. The core nodes put another value in its place, or leave it out.',
  wrongTopic:
    'A topic that cannot be published to is an error, which a Catch node gets. The core nodes drop the message.',
  numberAsTopic: 'A number is a topic. The core nodes drop the message.',
  numberAsFlag: '0 and 1 count as false and true. The core nodes leave a property out, and do not retain.',
  topicOfResponse:
    'A message without a topic is published to its response topic with every version. The core nodes do that with MQTT 5 only.',
  userPropertiesMerged:
    'User properties of the node and of the message are both sent, and the value of the message is used where both have a name.',
  responseTopicLeftOut:
    'A response topic with a wildcard is left out when the node is moved. MQTT 5 does not allow it, and the core node sends it.',
  listInFull:
    'The list of subscriptions has every option of each, as it is used. That of the core nodes has what the message gave.',
  willLeftOut:
    'A will whose topic is not valid is left out when the node is moved. The core node sends it, and servers refuse the connection.',
  noUnsubscribe:
    'When the flow stops, nothing is unsubscribed. The core nodes unsubscribe first; with a clean session that comes to the same.',
  greyWhenWanted:
    'The ring is grey before the first connection and after one was closed on request, and red where a connection is wanted; that of the core nodes is red. A subscribe node shows `subscribing` until the server has answered. The other texts are the same.',
  failureShown:
    'A server that refuses or is not there is shown with the reason. The core nodes show `connecting` until they are connected.',
  failureTold: 'A Catch node hears why a connection cannot be made. The core nodes write it to the log.',
  wrongFilter: 'A topic filter that is not valid is an error, which a Catch node gets. The core node warns in the log.',
  wrongSettings: 'A value in `msg.broker` that is none is an error. The core nodes connect without it.',
  messageWaits:
    'A message without a connection waits, or is an error if the node is set to that. The core nodes drop it, and it is never complete.',
} as const satisfies Readonly<Record<string, string>>;

export type Reason = keyof typeof REASONS;
