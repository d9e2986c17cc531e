// What has come and gone since the broker started, as $SYS tells it.

export class Traffic {
  bytesReceived = 0;
  bytesSent = 0;
  /** Packets of all kinds. */
  messagesReceived = 0;
  messagesSent = 0;
  publicationsReceived = 0;
  publicationsSent = 0;
  publicationBytesReceived = 0;
  publicationBytesSent = 0;
  /** Publications that were lost because a client was absent or did not read. */
  publicationsDropped = 0;
  /** Connections, whether they came to a CONNACK or not. */
  connections = 0;
}
