// The files of the package in the repository: its manifest, its nodes, and the files below a folder.

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { repository } from './environment';

interface Manifest {
  readonly name: string;
  readonly license?: string;
  readonly repository?: unknown;
  readonly bugs?: unknown;
  readonly keywords: readonly string[];
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly 'node-red': {
    readonly version: string;
    readonly nodes: Readonly<Record<string, string>>;
    readonly plugins: Readonly<Record<string, string>>;
  };
}

/** The text of a file; `path` is relative to the repository, with slashes. */
export function readText(path: string): string {
  return readFileSync(join(repository, path), 'utf8');
}

/** The contents of a JSON file in the repository. The caller knows its shape. */
export function readJson(path: string): unknown {
  return JSON.parse(readText(path));
}

// It has the shape of package.json, and the scorecard tests check the values.
export const manifest = readJson('package.json') as Manifest;

/** The stem of the files of each node, as in `dist/nodes/<stem>.js`. */
export const nodeStems: readonly string[] = Object.values(manifest['node-red'].nodes).map((file) =>
  basename(file, '.js'),
);

/** The stem of the files of each plugin of the editor, as in `dist/plugins/<stem>.js`. */
export const pluginStems: readonly string[] = Object.values(manifest['node-red'].plugins).map((file) =>
  basename(file, '.js'),
);

/** All files below a folder of the repository, sorted; each path is relative to that folder, with slashes. */
export function filesBelow(folder: string): string[] {
  return readdirSync(join(repository, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) =>
      path
        .slice(join(repository, folder).length + 1)
        .split(sep)
        .join('/'),
    )
    .sort();
}
