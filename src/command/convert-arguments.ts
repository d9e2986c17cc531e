// Reads the arguments of the command `convert`.

import { type ConversionOptions, conversionDefaults } from '../core/conversion/conversion-options';
import { failed, found, type Result } from '../core/errors/result';
import { commandText } from './command-text';

export interface ConvertArguments {
  /** `-` is standard input. */
  readonly file: string;
  /** Whether core nodes take the places of ours. */
  readonly back: boolean;
  readonly help: boolean;
  readonly options: ConversionOptions;
}

/** What an option with a value sets; undefined for a value that it does not have. */
const VALUES: Readonly<Record<string, (value: string) => Partial<ConversionOptions> | undefined>> = {
  '--tls': (value) => (value === 'as-before' ? { tls: 'asBefore' } : value === 'verified' ? { tls: value } : undefined),
  '--offline': (value) => (value === 'wait' || value === 'fail' ? { offline: value } : undefined),
  '--broker': (value) => (value === '' ? undefined : { broker: value }),
};

/** The arguments, or the sentence about the first that is wrong. */
export function readArguments(args: readonly string[]): Result<ConvertArguments, string> {
  // Node-RED takes no credentials from a flow file that it reads at its start.
  let options: ConversionOptions = { ...conversionDefaults, credentials: 'address' };
  let back = false;
  let help = false;
  const files: string[] = [];
  const rest = args.flatMap((arg) => (/^--\w[\w-]*=/.test(arg) ? split(arg) : [arg]));
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const read = Object.hasOwn(VALUES, arg) ? VALUES[arg] : undefined;
    if (read) {
      const value = rest.shift() ?? '';
      const change = read(value);
      if (!change) return failed(commandText('cli.unknownOption', { option: `${arg} ${value}` }));
      options = { ...options, ...change };
    } else if (arg === '--retained-again') options = { ...options, retainedAgain: true };
    else if (arg === '--back') back = true;
    else if (arg === '--help' || arg === '-h') help = true;
    else if (arg.startsWith('-') && arg !== '-') return failed(commandText('cli.unknownOption', { option: arg }));
    else files.push(arg);
  }
  if (files.length > 1) return failed(commandText('cli.oneFile'));
  return found({ file: files[0] ?? '-', back, help, options });
}

function split(arg: string): [string, string] {
  const at = arg.indexOf('=');
  return [arg.slice(0, at), arg.slice(at + 1)];
}
