// The examples: anyone can import them unchanged, and they need only this package.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { filterLevels, filtersOverlap } from '#src/core/topics/filter-relations';
import { matchedText, parseTopicFilter } from '#src/core/topics/topic-filter';
import { ruleDefaults } from '#src/settings/router.config';
import { type EditorDefinition, editorDefinition } from '../helpers/editor/editor-definitions';
import { coreNodeTypes } from '../helpers/flows/core-node-types';
import { type Example, exampleNames, type FlowNode, readExamples } from '../helpers/flows/flow-files';
import { galleryFiles } from '../helpers/gallery/page';
import { repository } from '../helpers/package/environment';
import { filesBelow, nodeStems, readText } from '../helpers/package/package-files';

/** What Node-RED keeps of every node, whatever its type. */
const CONFIG_NODE_PROPERTIES = ['id', 'type'];
const FLOW_NODE_PROPERTIES = [...CONFIG_NODE_PROPERTIES, 'z', 'x', 'y', 'wires'];
const CONTAINERS = new Set(['tab', 'group']);
/** The id of the broker inside Node-RED that the examples share. */
const SHARED_BROKER = 'f1b0c0de00000001';

/** Whether devices can connect to a broker inside Node-RED. */
function hasPort({ embedded }: FlowNode): boolean {
  return typeof embedded === 'object' && embedded !== null && 'port' in embedded && embedded.port !== '';
}

function levelsOf(text: string): readonly string[] {
  const parsed = parseTopicFilter(text);
  assert.ok(parsed.ok, text);
  return filterLevels(matchedText(parsed.filter));
}

interface SavedFilter {
  readonly filter: string;
  readonly filterType?: string;
}

/** The filters that a row may become: a wildcard stands for a value, and the texts of an expression begin one each. */
function filtersOf({ filter, filterType }: SavedFilter): string[] {
  if (filterType === 'template') return [filter.replaceAll(/{{.*?}}/g, '+')];
  if (filterType !== 'jsonata') return [filter];
  const texts = [...filter.matchAll(/'([^'/]+\/[^']*)'/g)].map(([, text = '']) => text);
  assert.ok(texts.length > 0, filter);
  return texts.map((text) => (text.endsWith('/') ? `${text}#` : text));
}

/** Parses a saved configuration like the runtime. */
type Parse = (raw: object) => { readonly ok: boolean };

function runtimeParser(stem: string): Parse {
  const exported = require(join(repository, 'build/src/settings', `${stem}.config.js`)) as Readonly<
    Record<string, Parse>
  >;
  const parse = exported[`parse${stem.charAt(0).toUpperCase()}${stem.slice(1)}Config`];
  assert.ok(parse);
  return parse;
}

function stemOf({ type }: FlowNode): string {
  return type.replace('mqtt-flows-', '');
}

describe('The examples', () => {
  let examples: Example[];
  let definitions: Map<string, EditorDefinition>;

  before(() => {
    examples = readExamples();
    definitions = new Map(nodeStems.map(editorDefinition).map((definition) => [definition.type, definition]));
  });

  function everyNode(check: (node: FlowNode, nodes: readonly FlowNode[], place: string) => void): void {
    for (const { name, nodes } of examples) {
      for (const node of nodes) check(node, nodes, `${name}: ${node.type} ${node.id}`);
    }
  }

  function ours(
    check: (node: FlowNode, definition: EditorDefinition, place: string, nodes: readonly FlowNode[]) => void,
  ): void {
    everyNode((node, nodes, place) => {
      const definition = definitions.get(node.type);
      if (definition) check(node, definition, place, nodes);
    });
  }

  it('stand in the import menu by their names, in an order', () => {
    assert.ok(exampleNames.length > 0);
    let [number, letter] = [0, ''];
    for (const name of exampleNames) {
      // Examples of one subject share a number. Node-RED lists 10 before 2.
      letter = letter === '' ? 'a' : String.fromCharCode(letter.charCodeAt(0) + 1);
      if (name.startsWith(`${number}${letter} `)) continue;
      [number, letter] = [number + 1, ''];
      assert.match(name, new RegExp(`^${number} .+\\.json$`));
    }
  });

  it('show every node that the palette offers', () => {
    const shown = new Set(examples.flatMap(({ nodes }) => nodes.map(({ type }) => type)));
    const offered = [...definitions.values()].filter(({ category }) => category !== 'config').map(({ type }) => type);
    assert.deepEqual(
      offered.filter((type) => !shown.has(type)),
      [],
    );
  });

  it('use only nodes of Node-RED itself and of this package', () => {
    assert.ok(coreNodeTypes.has('inject') && coreNodeTypes.has('mqtt in'), 'the core types are known');
    everyNode(({ type }, _nodes, place) =>
      assert.ok(CONTAINERS.has(type) || coreNodeTypes.has(type) || definitions.has(type), place),
    );
  });

  it('save exactly the rules of a router that the dialog would save', () => {
    const saved = Object.keys(ruleDefaults).sort();
    everyNode((node, _nodes, place) => {
      const rules = node.type === 'mqtt-flows-router' ? (node.rules as readonly object[]) : [];
      for (const rule of rules) assert.deepEqual(Object.keys(rule).sort(), saved, place);
    });
  });

  it('save exactly the properties that the editor would save', () => {
    ours((node, { category, defaults }, place) => {
      const kept = category === 'config' ? CONFIG_NODE_PROPERTIES : FLOW_NODE_PROPERTIES;
      assert.deepEqual(Object.keys(node).sort(), [...kept, ...Object.keys(defaults)].sort(), place);
    });
  });

  it('save values that the editor finds valid', () => {
    ours((node, { defaults }, place) => {
      for (const [name, { validate, required }] of Object.entries(defaults)) {
        if (validate) assert.equal(validate.call(node, node[name], {}), true, `${place}: ${name}`);
        if (required) assert.notEqual(node[name], '', `${place}: ${name}`);
      }
    });
  });

  it('save values that the runtime can work with', () => {
    ours((node, _definition, place) => assert.ok(runtimeParser(stemOf(node))(node).ok, place));
  });

  it('refer to configuration nodes that are in the same file', () => {
    ours((node, { defaults }, place, nodes) => {
      for (const [name, { type, required }] of Object.entries(defaults)) {
        if (type === undefined || (!required && node[name] === '')) continue;
        assert.ok(
          nodes.some((other) => other.id === node[name] && other.type === type),
          `${place}: ${name}`,
        );
      }
    });
  });

  it('have an id for each node that no other has, in whatever example, but for the broker that they share', () => {
    const ids = examples.flatMap(({ nodes }) => nodes.map(({ id }) => id)).filter((id) => id !== SHARED_BROKER);
    for (const id of ids) assert.match(id, /^[0-9a-f]{16}$/);
    assert.deepEqual(
      ids.filter((id, index) => ids.indexOf(id) !== index),
      [],
    );
  });

  it('share one broker, by its id: Node-RED takes the one that is there when it imports a copy', () => {
    const shared: FlowNode[] = [];
    everyNode((node, _nodes, place) => {
      if (node.type !== 'mqtt-flows-broker' || hasPort(node) || node.connectTo === 'server') return;
      if (node.id === SHARED_BROKER) shared.push(node);
      // One with settings of its own, such as the other end of a bridge.
      else assert.ok(node.name !== '' && node.name !== 'example broker', place);
    });
    assert.ok(shared.length > 10);
    for (const node of shared) assert.deepEqual(node, shared[0]);
    assert.notEqual(shared[0]?.name, '');
  });

  it('do not hear each other on the broker that they share', () => {
    const filters = examples.flatMap(({ name, nodes }) =>
      nodes
        .filter(({ broker }) => broker === SHARED_BROKER)
        .flatMap(({ subscriptions = [] }) => (subscriptions as SavedFilter[]).flatMap(filtersOf))
        .map((filter) => ({ name, filter: levelsOf(filter) })),
    );
    for (const one of filters) {
      const heard = filters.filter(({ name, filter }) => name !== one.name && filtersOverlap(filter, one.filter));
      assert.deepEqual(heard, [], one.name);
    }
  });

  it('put every node that has a place on a tab of the same file', () => {
    everyNode(({ type, x, z }, nodes, place) => {
      if (type === 'tab' || x === undefined) return;
      assert.ok(
        nodes.some((other) => other.type === 'tab' && other.id === z),
        place,
      );
    });
  });

  it('have wires that lead to nodes with an input on the same tab', () => {
    everyNode(({ wires = [], z }, nodes, place) => {
      for (const id of wires.flat()) {
        const target = nodes.find((other) => other.id === id);
        assert.ok(target && target.z === z, `${place} to ${id}`);
        // The settings of a node may decide whether it has an input.
        const inputs = target.inputs ?? definitions.get(target.type)?.inputs;
        assert.notEqual(inputs, 0, `${place} to ${id}`);
      }
    });
  });

  it('have wires for each output and for no other', () => {
    ours((node, { category, outputs }, place) => {
      if (category !== 'config') assert.equal(node.wires?.length, node.outputs ?? outputs, place);
    });
  });

  it('have as many outputs on a router as it has rules, and one each for routes from messages and for the rest', () => {
    everyNode(({ type, rules, dynamic, otherwise, outputs }, _nodes, place) => {
      if (type !== 'mqtt-flows-router') return;
      assert.ok(Array.isArray(rules));
      assert.equal(outputs, rules.length + (dynamic ? 1 : 0) + (otherwise ? 1 : 0), place);
    });
  });

  it('explain themselves in a comment', () => {
    for (const { name, nodes } of examples) {
      const comments = nodes.filter(({ type }) => type === 'comment');
      assert.ok(comments.length > 0, name);
      for (const comment of comments) assert.ok(comment.name && comment.info, name);
    }
  });

  it('have at most ten nodes besides their comments, so that a beginner sees them all', () => {
    for (const { name, nodes } of examples) {
      const inFlow = nodes.filter(({ type, x }) => x !== undefined && type !== 'comment' && !CONTAINERS.has(type));
      assert.ok(inFlow.length <= 10, `${name}: ${inFlow.length}`);
    }
  });

  it('hold no user name and no password', () => {
    ours((node, { credentials = {} }, place) => {
      for (const name of ['credentials', ...Object.keys(credentials)]) assert.ok(!(name in node), `${place}: ${name}`);
    });
    everyNode((node, _nodes, place) => assert.doesNotMatch(JSON.stringify(node), /:\/\/[^/"]*@/, place));
  });

  it('need no server: every broker node is the one inside Node-RED, for this machine alone, or connects to it', () => {
    const portOf = ({ embedded }: FlowNode): unknown =>
      typeof embedded === 'object' && embedded !== null && 'port' in embedded ? embedded.port : undefined;
    everyNode((node, nodes, place) => {
      if (node.type !== 'mqtt-flows-broker') return;
      const own = nodes.filter(({ type, connectTo }) => type === 'mqtt-flows-broker' && connectTo === 'embedded');
      if (node.connectTo !== 'embedded') {
        const urls = own.map((broker) => `mqtt://127.0.0.1:${portOf(broker)}`);
        assert.deepEqual(node.servers, [{ url: urls[0] }], place);
        return;
      }
      const { embedded } = node;
      assert.ok(typeof embedded === 'object' && embedded !== null && 'bindAddress' in embedded, place);
      assert.equal(embedded.bindAddress, '127.0.0.1', place);
      const others = nodes.some(({ type, connectTo }) => type === 'mqtt-flows-broker' && connectTo === 'server');
      assert.equal(portOf(node) !== '', others, place);
    });
  });
});

describe('The page docs/gallery.md', () => {
  it('is current, and so are its pictures; npm run docs writes them', () => {
    for (const { path, text } of galleryFiles())
      assert.ok(readText(`docs/${path}`) === text, `docs/${path}: run "npm run docs", and commit docs/`);
  });

  it('has no picture that belongs to no example', () => {
    const pictures = galleryFiles().map(({ path }) => path);
    for (const file of filesBelow('docs/images/gallery')) assert.ok(pictures.includes(`images/gallery/${file}`), file);
  });

  it('has small pictures', () => {
    for (const { path, text } of galleryFiles().slice(1)) assert.ok(text.length < 30_000, path);
  });
});
