// Finds the packets in a stream of bytes by their fixed headers alone (MQTT 5, section 2.1), for a server that must be
// faster than what it measures.

export class PacketScanner {
  #rest = Buffer.alloc(0);

  /** Calls `found(type, bytes, body, qos)` for each whole packet in it; `body` is where its variable header begins. */
  scan(data, found) {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, data]) : data;
    let start = 0;
    while (start + 2 <= bytes.length) {
      let length = 0;
      let body = start + 1;
      let shift = 0;
      let byte;
      do {
        byte = bytes[body++];
        length |= (byte & 0x7f) << shift;
        shift += 7;
      } while (byte >= 0x80 && body < bytes.length);
      if (byte >= 0x80 || body + length > bytes.length) break;
      found(bytes[start] >> 4, bytes, body, (bytes[start] >> 1) & 3);
      start = body + length;
    }
    this.#rest = Buffer.from(bytes.subarray(start));
  }
}
