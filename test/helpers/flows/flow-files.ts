// The example flows, as Node-RED imports them.

import { filesBelow, readJson } from '../package/package-files';

/** A node of a flow: the properties that every node has, and its own. */
export interface FlowNode {
  readonly id: string;
  readonly type: string;
  /** The id of its tab; config nodes may have none. */
  readonly z?: string;
  readonly wires?: readonly (readonly string[])[];
  readonly [property: string]: unknown;
}

export interface Example {
  readonly name: string;
  readonly nodes: readonly FlowNode[];
}

function readExample(name: string): Example {
  const nodes = readJson(`examples/${name}`);
  if (!Array.isArray(nodes)) throw new Error(`examples/${name} is no list of nodes`);
  // It has the shape of an export from Node-RED, and the tests check the values.
  return { name, nodes: nodes as FlowNode[] };
}

/** The names of the files in examples/. */
export const exampleNames: readonly string[] = filesBelow('examples');

/** All examples. Throws when one is not valid JSON. */
export function readExamples(): Example[] {
  return exampleNames.map(readExample);
}
