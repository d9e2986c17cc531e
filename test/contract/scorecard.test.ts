// The rules of the public scorecard (node-red-dev 0.1.6), as far as they can be told offline. Not here: P02, which is
// switched off there, D03, which asks the registry for newer versions, and the halves of P08 and N01 that ask the
// catalogue for packages and types of others.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { editorDefinition } from '../helpers/editor/editor-definitions';
import { coreNodeTypes } from '../helpers/flows/core-node-types';
import { readExamples } from '../helpers/flows/flow-files';
import { nodeRedScript, repository } from '../helpers/package/environment';
import { filesBelow, manifest, nodeStems, readJson, readText } from '../helpers/package/package-files';

/** The part of the semver package that is used here. */
interface Semver {
  satisfies(version: string, range: string): boolean;
  lt(version: string, other: string): boolean;
}

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
}

const IMPORT = /\b(?:require|import)\(["']([^"'.][^"']*)["']\)/g;

// Node-RED decides with its own copy whether it loads a package.
const semver = require(require.resolve('semver', { paths: [dirname(nodeRedScript)] })) as Semver;
const nodeRed = JSON.parse(readFileSync(join(dirname(nodeRedScript), 'package.json'), 'utf8')) as { version: string };

/** The packages that the scripts of this package import. */
function importedPackages(): Set<string> {
  const scripts = filesBelow('dist').filter((file) => file.endsWith('.js'));
  const imported = scripts.flatMap((file) =>
    [...readText(`dist/${file}`).matchAll(IMPORT)].map(([, name = '']) => name),
  );
  return new Set(imported.filter((name) => !isBuiltin(name)));
}

/** Each package that a user gets by installing this one. */
function lockedForUsers(): [string, LockedPackage][] {
  const { packages } = readJson('package-lock.json') as { packages: Record<string, LockedPackage> };
  return Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev);
}

describe('The scorecard of the package', () => {
  it('P01: has a license', () => {
    assert.equal(manifest.license, 'Apache-2.0');
    assert.ok(existsSync(join(repository, 'LICENSE')));
  });

  it('P03: says where its source is and where bugs are reported', () => {
    assert.match(JSON.stringify(manifest.repository ?? ''), /https:\/\//);
    assert.match(JSON.stringify(manifest.bugs ?? ''), /https:\/\//);
  });

  it('P04: has a name with a scope', () => {
    assert.match(manifest.name, /^@[a-z0-9-]+\/node-red-[a-z0-9-]+$/);
  });

  it('P05: has the keyword by which the catalogue finds it', () => {
    assert.ok(manifest.keywords.includes('node-red'));
  });

  it('P06: accepts the Node-RED under test, and the newest of both supported lines', () => {
    for (const version of [nodeRed.version, '4.1.0', '5.0.0']) {
      assert.ok(semver.satisfies(version, manifest['node-red'].version), version);
    }
  });

  it('P06: does not accept a Node-RED that it is not tested with', () => {
    assert.ok(!semver.satisfies('4.0.9', manifest['node-red'].version));
  });

  it('P07: accepts the least Node.js that Node-RED 5 runs on, and Node.js 20', () => {
    for (const version of ['22.9.0', '20.0.0', '20.20.0']) {
      assert.ok(semver.satisfies(version, manifest.engines.node), version);
    }
  });

  it('P08: has a name that no package of Node-RED itself has', () => {
    const own = manifest.name.slice(manifest.name.indexOf('/') + 1);
    assert.ok(!['node-red', 'node-red-mqtt', 'node-red-nodes'].includes(own));
  });
});

describe('The scorecard of the nodes', () => {
  for (const stem of nodeStems) {
    it(`N01: has a type that is not one of Node-RED's: ${stem}`, () => {
      assert.ok(coreNodeTypes.has('mqtt-broker'), 'the core types are known');
      assert.ok(!coreNodeTypes.has(editorDefinition(stem).type));
    });

    it(`N01: can be read by a parser, with the type as a literal: ${stem}`, () => {
      assert.ok(readText(`dist/nodes/${stem}.html`).includes(`registerType("mqtt-flows-${stem}",{`));
    });
  }

  it('N02: has an example for each', () => {
    const shown = new Set(readExamples().flatMap(({ nodes }) => nodes.map(({ type }) => type)));
    assert.deepEqual(
      nodeStems.map((stem) => `mqtt-flows-${stem}`).filter((type) => !shown.has(type)),
      [],
    );
  });
});

describe('The scorecard of the dependencies', () => {
  const dependencies = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });

  // The scorecard does not count what a user can do without.
  it('D01: are six at most, and eight with the optional ones', () => {
    assert.ok(Object.keys(manifest.dependencies).length <= 6);
    assert.ok(dependencies.length <= 8);
  });

  it('D02: bring no agent-base before 6, which breaks other packages', () => {
    const locked = lockedForUsers();
    assert.ok(locked.some(([path]) => path === 'node_modules/mqtt'));
    const bad = locked.filter(
      ([path, { version = '0.0.0' }]) => /\/agent-base$/.test(path) && semver.lt(version, '6.0.0'),
    );
    assert.deepEqual(bad, []);
  });

  it('are each imported, and all that is imported is one of them', () => {
    // The build brings cborg along (dist/cborg.js); package.json knows its version.
    assert.deepEqual([...importedPackages()].sort(), ['#cborg', '#package.json', ...dependencies].sort());
  });
});
