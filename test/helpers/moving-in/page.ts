// The page docs/moving-in.md, made of the table of properties and of the cases that are compared with the core nodes.

import type { NoteKey, Verdict } from '#src/core/conversion/conversion-note';
import { FOREIGN_TYPES } from '#src/core/conversion/foreign-nodes';
import { CORE_TYPES, PROPERTY_TABLE, type PropertyRow } from '#src/core/conversion/property-table';
import { catalogue } from '../package/catalogues';
import { movingCases } from './cases';
import type { MovingCase } from './moving-case';
import { REASONS, type Reason } from './reasons';

const texts = catalogue('en-US', 'moving-in');

function sentence(key: NoteKey): string {
  return texts.get(`notes.${key}`) ?? '';
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function names(properties: readonly string[]): string {
  return properties.map((name) => `\`${name}\``).join(', ') || '–';
}

const VERDICTS: Readonly<Record<Verdict, string>> = { same: 'same', note: 'may differ', cannot: 'cannot' };

function propertyTables(): string[] {
  return CORE_TYPES.map((type) => {
    const { ours } = PROPERTY_TABLE[type];
    const rows: readonly PropertyRow[] = PROPERTY_TABLE[type].rows;
    const cells = rows.map((row) => [names(row.core), names(row.ours), VERDICTS[row.verdict], sentence(row.sentence)]);
    return `### \`${type}\` → \`${ours}\`\n\n${table(['core', 'here', '', ''], cells)}`;
  });
}

function foreignTables(): string[] {
  return Object.entries(FOREIGN_TYPES).map(([type, { package: from, like, rows, notes }]) => {
    const cells = rows.map(({ theirs, becomes, verdict, sentence: key }) => [
      names([theirs]),
      names(becomes === '' ? [] : [becomes]),
      VERDICTS[verdict],
      sentence(key),
    ]);
    const said = notes.map((key) => sentence(key).replaceAll(/__(\w+)__/g, '*$1*')).join(' ');
    return `### \`${type}\` of \`${from}\`, as \`${like}\`\n\n${said}\n\n${table(['theirs', like, '', ''], cells)}`;
  });
}

const KINDS = {
  receive: 'received publications',
  publish: 'messages to publish',
  control: 'control messages',
  connection: 'connections: CONNECT, packets, status, errors',
} as const;

function counts(): string {
  const rows = Object.entries(KINDS).map(([kind, what]) => {
    const cases = movingCases.filter((one) => one.kind === kind);
    const differing = cases.filter(({ differs }) => differs !== undefined).length;
    return [what, String(cases.length), String(cases.length - differing), String(differing)];
  });
  return table(['', 'cases', 'the same', 'different'], rows);
}

function differences(): string {
  // The keys of an object of literals.
  const reasons = Object.keys(REASONS) as Reason[];
  const rows = reasons.map((reason) => {
    const cases = movingCases.filter(({ differs }) => differs === reason);
    return [REASONS[reason], String(cases.length), examples(cases)];
  });
  return table(['why', 'cases', 'for example'], rows);
}

function examples(cases: readonly MovingCase[]): string {
  const titles = [...new Set(cases.map(({ title }) => title))];
  return titles
    .slice(0, 3)
    .map((title) => title.replaceAll(/[<>*_]/g, '\\$&'))
    .join('; ');
}

/** The whole text of the page. */
export function movingInPage(): string {
  return `${[
    '# Moving in from the core MQTT nodes',
    `*MQTT: replace core nodes…* in the menu *Edit*, or \`npx @mqtt-flows/node-red-mqtt-flows convert flows.json > new.json\`,
replaces the core MQTT nodes of a flow. This page says where every property goes, and where the nodes do something else
afterwards. It is made by \`npm run docs\` from the table that the conversion is tested with, and from the cases that core
nodes and ours are compared by.`,
    '## Where every property goes',
    `"May differ" means that a moved node may do something else, for the reason beside it. Where that depends on the node, the
dialog and the command say so for each. Three things are for you to choose, once for all nodes, in the dialog or as options of the
command (\`convert --help\`): server certificates where there is no TLS configuration (any is accepted as before, unless you choose to
verify), messages without a connection (they wait, or fail), and retained messages (once, or again after each deploy as before).`,
    ...propertyTables(),
    '## Nodes of other packages',
    'They move where their settings can, and the dialog says what is missing.',
    ...foreignTables(),
    '## What moved nodes do',
    `The same flow runs twice at one mosquitto, by the core nodes of Node-RED and converted. Each case is done by both, and
the result compared: the message that arrives with all of its properties, the packet that is sent, the error that a Catch
node gets; of connections also CONNECT, birth, close and will messages, and what the nodes show (\`test/system/node-red/side-by-side.test.ts\`).`,
    counts(),
    'Where the result is another one, this is why:',
    differences(),
    `Two properties of received messages are not compared: the core nodes set \`msg._topic\` as well when the server is
\`localhost\` or \`127.0.0.1\`, and here \`msg.subscriptionIdentifier\` is set with MQTT 5.`,
  ].join('\n\n')}\n`;
}
