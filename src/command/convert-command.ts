// The command `convert`: reads a flow, writes the converted one, and says on standard error what there is to say.

import { readFileSync } from 'node:fs';
import type { NodeReport } from '../core/conversion/conversion-note';
import { type FlowNode, isFlow } from '../core/conversion/flow-node';
import { putCoreNodesBack } from '../core/conversion/put-core-nodes-back';
import { isBroker, replaceCoreNodes } from '../core/conversion/replace-core-nodes';
import { convertedFlow, type FlowConversion } from '../core/conversion/replace-nodes';
import { detailOf } from '../core/errors/thrown-value';
import { commandText } from './command-text';
import { type ConvertArguments, readArguments } from './convert-arguments';

/** The exit codes: nothing was written; all is replaced; some nodes cannot be and stay. */
const FAILED = 1;
const DONE = 0;
const SOME_STAY = 2;

/** Runs the command with these arguments. The result is the exit code of the process. */
export function runConvert(args: readonly string[]): number {
  const read = readArguments(args);
  if (!read.ok) return say(`${read.error}\n\n${commandText('cli.usage')}`, FAILED);
  if (read.value.help) return say(commandText('cli.usage'), args.length > 1 ? FAILED : DONE);
  const file = readFlowFile(read.value.file);
  if (!file.ok) return say(file.error, FAILED);
  const { broker } = read.value.options;
  if (broker !== '' && !file.flow.some(({ id, type }) => id === broker && isBroker(type))) {
    return say(commandText('cli.noBroker', { broker: plain(broker) }), FAILED);
  }
  const conversion = convert(file.flow, read.value);
  process.stdout.write(file.written(convertedFlow(file.flow, conversion)));
  return say(summary(conversion), conversion.reports.some(({ verdict }) => verdict === 'cannot') ? SOME_STAY : DONE);
}

function say(text: string, exitCode: number): number {
  process.stderr.write(`${text}\n`);
  return exitCode;
}

function convert(flow: readonly FlowNode[], { back, options }: ConvertArguments): FlowConversion {
  // The file has no user names; Node-RED keeps them in another one.
  return back ? putCoreNodesBack(flow, () => true, 'unknown') : replaceCoreNodes(flow, options);
}

type FlowFile =
  | {
      readonly ok: true;
      readonly flow: readonly FlowNode[];
      /** The text of a file like this one with another flow in it. */
      written(flow: readonly FlowNode[]): string;
    }
  | { readonly ok: false; readonly error: string };

/** Reads a list of nodes, or what Node-RED's API gives: an object with such a list in `flows`. */
function readFlowFile(path: string): FlowFile {
  const file = path === '-' ? commandText('cli.standardInput') : path;
  let text: string;
  try {
    text = readFileSync(path === '-' ? 0 : path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const reason = detailOf(error);
    return { ok: false, error: commandText('cli.unreadable', { file, reason }) };
  }
  const value = parsed(text);
  const wrapper = typeof value === 'object' && value !== null && 'flows' in value ? value : undefined;
  const flow = wrapper ? wrapper.flows : value;
  if (!isFlow(flow)) return { ok: false, error: commandText('cli.notFlow', { file }) };
  const space = /^[[{]\r?\n([ \t]+)/.exec(text)?.[1];
  const end = text.endsWith('\n') ? '\n' : '';
  return {
    ok: true,
    flow,
    written: (nodes) => JSON.stringify(wrapper ? { ...wrapper, flows: nodes } : nodes, null, space) + end,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A line for each note, and one with the numbers. */
function summary({ reports }: FlowConversion): string {
  const count = (verdict: NodeReport['verdict']): number => reports.filter((each) => each.verdict === verdict).length;
  const cannot = count('cannot');
  const numbers = { replaced: reports.length - cannot, notes: count('note'), cannot };
  return [...reports.flatMap(lines), commandText('cli.summary', numbers)].join('\n');
}

function lines({ id, type, label, verdict, notes }: NodeReport): string[] {
  const place = `${commandText(`verdict.${verdict}`)}: ${type}${label === type ? '' : ` "${plain(label)}"`} (${plain(id)})`;
  return notes.map(({ key, values }) => {
    const shown = Object.entries(values).map(([name, value]) => [name, plain(String(value))]);
    return `${place}: ${commandText(`notes.${key}`, Object.fromEntries(shown))}`;
  });
}

/** Text out of a flow, in one line and short: it may hold anything, commands for the terminal included. */
function plain(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
