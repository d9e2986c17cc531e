// What the receiver of a publication answers the server. When the answer goes out is the connection's business.

/** What a holder of a received publication has made of it. */
export type Acknowledgement =
  | { readonly kind: 'acknowledged' }
  /** The server is told that it was not processed, and why: reason codes from 0x80 on (MQTT 5, section 3.4.2.1). */
  | { readonly kind: 'refused'; readonly reasonCode: number }
  /** Not acknowledged on this connection at all: the next one brings it again, if the session goes on. */
  | { readonly kind: 'abandoned' };
