// How many messages a router has given to whom since the deploy: what the runtime tells the dialog.

export interface RouteCounts {
  /** In the order of the rules, each with its filter as it was saved. */
  readonly rules: readonly { readonly filter: string; readonly taken: number }[];
  /** By routes that came in messages. */
  readonly dynamic: number;
  /** By no rule. */
  readonly otherwise: number;
  /** Number of routes that came in messages. */
  readonly routes: number;
}
