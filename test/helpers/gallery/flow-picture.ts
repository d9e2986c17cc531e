// A flow as a picture: nodes, wires and labels as Node-RED's editor draws them, in SVG.

import type { FlowNode } from '../flows/flow-files';

/** Background colours of Node-RED's nodes. All of this package have one. */
const COLOURS: Readonly<Record<string, string>> = {
  catch: '#e49191',
  change: '#e2d96e',
  comment: '#ffffff',
  debug: '#87a980',
  delay: '#e6e0f8',
  function: '#fdd0a2',
  'http in': '#e7e7ae',
  'http response': '#e7e7ae',
  inject: '#a6bbcf',
  split: '#e2d96e',
  switch: '#e2d96e',
  template: '#f3b567',
};
const OURS = '#d8bfd8';
const FONT = 'Helvetica, Arial, sans-serif';
/** px: of a letter on average, of a node's least height, of the room for its icon, and between two outputs. */
const LETTER = 6.8;
const HEIGHT = 30;
const ICON = 46;
const PITCH = 13;
const MARGIN = 20;
/** The longest label; the rest is cut. */
const LONGEST = 60;

interface Box {
  readonly node: FlowNode;
  readonly label: string;
  /** The left and the upper edge. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Draws the nodes of an example that have a place, with the text `title` for those who do not see it. */
export function flowPicture(nodes: readonly FlowNode[], title: string): string {
  const boxes = new Map(nodes.filter(({ x }) => typeof x === 'number').map((node) => [node.id, boxOf(node)]));
  const all = [...boxes.values()];
  const left = Math.min(...all.map(({ x }) => x)) - MARGIN;
  const top = Math.min(...all.map(({ y }) => y)) - MARGIN;
  const width = Math.max(...all.map((box) => box.x + box.width)) + MARGIN - left;
  const height = Math.max(...all.map((box) => box.y + box.height)) + MARGIN - top;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${left} ${top} ${width} ${height}" font-family="${FONT}" font-size="13">`,
    `<title>${escaped(title)}</title>`,
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" rx="8" fill="#fff" stroke="#ddd"/>`,
    ...all.flatMap((box) => wiresOf(box, boxes)),
    ...all.map(drawn),
    '</svg>',
    '',
  ].join('\n');
}

function boxOf(node: FlowNode): Box {
  const label = shortened(labelOf(node));
  const width = Math.max(100, 20 * Math.ceil((label.length * LETTER + ICON) / 20));
  const height = Math.max(HEIGHT, (node.wires?.length ?? 0) * 15);
  return { node, label, width, height, x: Number(node.x) - width / 2, y: Number(node.y) - height / 2 };
}

function shortened(label: string): string {
  // A comment says what to press, at full length.
  return label.length <= LONGEST || label.includes(' ') ? label : `${label.slice(0, LONGEST)}…`;
}

/** What stands on a node in the editor. */
function labelOf({ type, name, topic, subscriptions }: FlowNode): string {
  if (typeof name === 'string' && name !== '') return name;
  const stem = type.replace('mqtt-flows-', '');
  if (stem === 'publish' || stem === 'request') return typeof topic === 'string' && topic !== 'topic' ? topic : stem;
  if (Array.isArray(subscriptions) && subscriptions.length > 0) {
    return (subscriptions as readonly { filter: string }[]).map(({ filter }) => filter).join(', ');
  }
  return stem === 'state' ? 'topic state' : stem === 'router' ? 'topic router' : stem;
}

/** A curve for each wire, from the output to the input. */
function wiresOf(box: Box, boxes: ReadonlyMap<string, Box>): string[] {
  return (box.node.wires ?? []).flatMap((targets, output) =>
    targets.flatMap((id) => {
      const target = boxes.get(id);
      if (!target) return [];
      const [x1, y1] = [box.x + box.width, outputY(box, output)];
      const [x2, y2] = [target.x, target.y + target.height / 2];
      const bend = Math.max(30, Math.min(75, Math.abs(x2 - x1) * 0.75));
      return [
        `<path d="M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}" fill="none" stroke="#999" stroke-width="3"/>`,
      ];
    }),
  );
}

function outputY({ node, y, height }: Box, output: number): number {
  return y + height / 2 + (output - ((node.wires?.length ?? 1) - 1) / 2) * PITCH;
}

function drawn(box: Box): string {
  const { node, label, x, y, width, height } = box;
  const fill = node.type.startsWith('mqtt-flows-') ? OURS : (COLOURS[node.type] ?? '#ddd');
  const middle = y + height / 2;
  const isComment = node.type === 'comment';
  const port = (at: number, py: number): string =>
    `<rect x="${at - 5}" y="${py - 5}" width="10" height="10" rx="3" fill="#d9d9d9" stroke="#999"/>`;
  const outputs = (node.wires ?? []).map((_targets, index) => port(x + width, outputY(box, index)));
  return [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="5" fill="${fill}" stroke="#999"${isComment ? ' stroke-dasharray="4 3"' : ''}/>`,
    ...(hasInput(node) ? [port(x, middle)] : []),
    ...outputs,
    `<text x="${x + (ICON - 10)}" y="${middle + 4.5}" fill="#333">${escaped(label)}</text>`,
    iconOf(node.type, x, y, height),
  ].join('');
}

function hasInput({ type, inputs }: FlowNode): boolean {
  return !/^(inject|comment|catch|http in|mqtt-flows-subscribe)$/.test(type) || inputs === 1;
}

/** The left part of a node, with a sign for its kind. */
function iconOf(type: string, x: number, y: number, height: number): string {
  if (type === 'comment') return '';
  const signs: Readonly<Record<string, string>> = { inject: '▶', debug: '≡', function: 'ƒ', catch: '!' };
  const ours: Readonly<Record<string, string>> = {
    subscribe: '⇥',
    publish: '↦',
    request: '⇄',
    state: '◷',
    router: '⑂',
  };
  const sign = signs[type] ?? ours[type.replace('mqtt-flows-', '')] ?? '•';
  return [
    `<path d="M${x + 28} ${y}v${height}" stroke="#999" stroke-opacity=".5"/>`,
    `<text x="${x + 14}" y="${y + height / 2 + 5}" fill="#555" text-anchor="middle">${sign}</text>`,
  ].join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
