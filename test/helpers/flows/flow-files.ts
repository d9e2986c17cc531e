// The example flows, as Node-RED imports them.

import { filesBelow, readJson } from '../package/package-files';

/** A node of a flow: what Node-RED itself keeps of it, and its own properties. */
export interface FlowNode {
  readonly id: string;
  readonly type: string;
  /** The tab that it is on; config nodes may have none. */
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
  // The shape is that of an export from Node-RED; the tests look at the values.
  return { name, nodes: nodes as FlowNode[] };
}

/** The names of the files in examples/. */
export const exampleNames: readonly string[] = filesBelow('examples');

/** Every example. Throws where one is not valid JSON. */
export function readExamples(): Example[] {
  return exampleNames.map(readExample);
}
