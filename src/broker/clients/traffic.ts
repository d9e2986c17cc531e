// Counts what the broker has received and sent since its start, for $SYS.

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
  /** Publications dropped because a client was absent or did not read. */
  publicationsDropped = 0;
  /** Connections, with or without a CONNACK. */
  connections = 0;
}
