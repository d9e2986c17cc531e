// The outputs of a subscribe node: one for all filters, or one for each and one for what messages subscribe to. For the
// dialog, which keeps their wires.

/** What an output stands for: the former place of a filter, or the subscriptions of messages. */
type SubscribeOutput = number | 'messages';

/** How a node has its outputs. */
interface OutputChoice {
  /** Whether each filter has its own. */
  readonly each: boolean;
  /** Whether messages may subscribe. */
  readonly messages: boolean;
}

/** The outputs as saved, in order. A single one stands for the first filter, whose wires it gives and takes. */
export function outputsBefore(filters: number, choice: OutputChoice): SubscribeOutput[] {
  return choice.each ? outputsOf([...Array(filters).keys()], choice) : [0];
}

/** The outputs of filters that were at the places `rows` before; undefined for new ones. */
export function outputsAfter(
  rows: readonly (number | undefined)[],
  choice: OutputChoice,
  before: readonly SubscribeOutput[],
): (SubscribeOutput | undefined)[] {
  if (choice.each) return outputsOf(rows, choice);
  // One output that stays keeps its wires, however the filters have moved.
  return [before.length === 1 ? before[0] : rows.find((row) => row !== undefined)];
}

function outputsOf<Row>(rows: readonly Row[], { messages }: OutputChoice): (Row | 'messages')[] {
  return messages ? [...rows, 'messages'] : [...rows];
}
