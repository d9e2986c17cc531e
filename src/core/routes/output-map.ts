// Keeps the wires of outputs in the editor that move when the rows behind them do.

/**
 * Tells Node-RED where the wires of each former output go: to its new place, or to -1 if it is gone. Outputs are named by
 * values that stay the same; undefined is a new one. A key that is not a number stands for a new output.
 */
export function outputMap<Name>(before: readonly Name[], after: readonly (Name | undefined)[]): string {
  const map: Record<string, number> = {};
  for (const [output, name] of before.entries()) map[output] = after.indexOf(name);
  for (const [output, name] of after.entries()) {
    if (name === undefined || !before.includes(name)) map[`new${output}`] = output;
  }
  return JSON.stringify(map);
}
