// The page docs/gallery.md: the examples with their pictures, as they are.

import { type Example, readExamples } from '../flows/flow-files';
import { flowPicture } from './flow-picture';

/** Where the pictures are, below docs/. */
const FOLDER = 'images/gallery';

const INTRODUCTION = `# Gallery of examples

Each comes with the package and runs at once on the broker inside Node-RED, with a simulated device: menu, *Import*, *Examples*,
*@mqtt-flows/node-red-mqtt-flows*, choose, *Import*. Then open the new tab and press *Deploy*.

All examples share one broker node, *example broker*. From the second example on Node-RED says that some nodes exist already:
*Import copy* takes the broker that is there. To use a server of yours, change that one node.

\`npm run docs\` makes this page and its pictures of the files in \`examples/\`.
`;

export interface GalleryFile {
  /** Below docs/. */
  readonly path: string;
  readonly text: string;
}

/** The page and its pictures. */
export function galleryFiles(): GalleryFile[] {
  const examples = readExamples();
  const list = examples.map(({ name }) => `- [${title(name)}](#${anchor(title(name))})`);
  const page = [INTRODUCTION, ...list, '', ...examples.map(section)].join('\n');
  const pictures = examples.map(({ name, nodes }) => ({
    path: picture(name),
    text: flowPicture(nodes, `The flow of the example ${title(name)}`),
  }));
  return [{ path: 'gallery.md', text: page }, ...pictures];
}

function section({ name, nodes }: Example): string {
  const [comment] = nodes.filter(({ type }) => type === 'comment');
  const explained = String(comment?.info).replace('**What happens here**\n\n', '');
  return [
    `## ${title(name)}`,
    '',
    `${comment?.name}.`,
    '',
    `![The flow: ${escaped(String(comment?.name))}](${picture(name)})`,
    '',
    '<details><summary>What happens here</summary>',
    '',
    explained,
    '',
    '</details>',
    '',
  ].join('\n');
}

function title(name: string): string {
  return name.replace(/\.json$/, '');
}

function picture(name: string): string {
  return `${FOLDER}/${anchor(title(name))}.svg`;
}

/** As GitHub makes it of a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
}

function escaped(text: string): string {
  return text.replace(/[[\]]/g, '\\$&');
}
