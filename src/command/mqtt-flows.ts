// `npx @mqtt-flows/node-red-mqtt-flows convert flows.json > new.json`: converts a flow outside of Node-RED, for many
// machines at once.

import { runConvert } from './convert-command';

const [command, ...args] = process.argv.slice(2);
// An exit code that is only set lets all of the output get out.
process.exitCode = runConvert(command === 'convert' ? args : ['--help', ...(command === undefined ? [] : [command])]);
