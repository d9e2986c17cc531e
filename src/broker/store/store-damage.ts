// What the store holds makes no sense: it is put aside, and nothing of it is guessed at.

export class StoreDamage extends Error {
  /** `what` is what could not be read. */
  constructor(what: string) {
    super(`${what} in the store of the broker makes no sense`);
    this.name = 'StoreDamage';
  }
}
