// What the receiver of a publication answers the server. The connection decides when the answer is sent.

/** How the holder of a receipt has settled a received publication. */
export type Acknowledgement =
  | { readonly kind: 'acknowledged' }
  /**
   * The server is told that the publication was not processed. The reason code is 0x80 or above (MQTT 5, section
   * 3.4.2.1).
   */
  | { readonly kind: 'refused'; readonly reasonCode: number }
  /** Never acknowledged on this connection. The server sends it again on the next one if the session continues. */
  | { readonly kind: 'abandoned' };
