// How many messages each rule of a router has taken since the deploy, as the runtime tells the dialog.

export interface RouteCounts {
  /** In the order of the rules, each with its filter as it was saved. */
  readonly rules: readonly { readonly filter: string; readonly taken: number }[];
  /** Messages taken by routes from messages. */
  readonly dynamic: number;
  /** Messages that no rule and no route took. */
  readonly otherwise: number;
  /** The number of routes from messages. */
  readonly routes: number;
}
