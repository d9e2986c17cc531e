// The contents of the store make no sense. They are set aside as a whole, and nothing is guessed.

export class StoreDamage extends Error {
  /** `what` names the entry that could not be read. */
  constructor(what: string) {
    super(`${what} in the store of the broker makes no sense`);
    this.name = 'StoreDamage';
  }
}
