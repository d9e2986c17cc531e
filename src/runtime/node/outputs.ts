// What Node-RED is given to send a message by one of several outputs.

/** `message` for the output `output`, counted from 0, and nothing for those before it. */
export function atOutput<M>(output: number, message: M): (M | null)[] {
  const outputs: (M | null)[] = [];
  while (outputs.length < output) outputs.push(null);
  outputs.push(message);
  return outputs;
}
