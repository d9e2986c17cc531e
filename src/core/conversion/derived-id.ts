// Identifiers for nodes that a conversion adds. They derive from the node that they are made for, so that each conversion of
// the same flow gives the same. Runs in the editor too.

/** 16 hexadecimal digits, as Node-RED's own identifiers. */
export function derivedId(id: string, purpose: string): string {
  const text = `${id}/${purpose}`;
  return hash(text, 0x811c_9dc5) + hash(`${text}/`, 0x1234_5678);
}

/** FNV-1a of 32 bits. It need not be hard to guess: a node's identifier is no secret. */
function hash(text: string, seed: number): string {
  let value = seed;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x0100_0193) >>> 0;
  }
  return value.toString(16).padStart(8, '0');
}
