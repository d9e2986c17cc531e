// The next turn of the event loop: the flows run while something long goes on.

/** Resolves in the next turn of the event loop, after all that waits for its turn now. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
