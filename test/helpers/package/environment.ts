// The programs on this machine for tests: the Node-RED under test, mosquitto, a browser.

import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

/** The root of the repository: this file is compiled to build/test/helpers/package. */
export const repository = resolve(__dirname, '../../../..');

/** The folder whose node_modules holds the Node-RED under test: the repository, or another for Node-RED 5. */
export const nodeRedHome = process.env.MQTT_FLOWS_NODE_RED_HOME ?? repository;

/** Whether flows in this process run the published bundle in dist/, or the separate files in build/src. */
export const shipped = process.env.MQTT_FLOWS_SHIPPED === 'true';

/** Path of Node-RED's own start script. */
export const nodeRedScript = require.resolve('node-red/red.js', { paths: [nodeRedHome] });

/** The path of the first of these programs in PATH or in Debian's folder for servers; undefined if there is none. */
export function findProgram(...names: string[]): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Skips the tests of a suite and says why. In CI, a skipped test is a failure. */
export function skipWithout(context: Mocha.Context, what: string, found: string | undefined): string {
  if (found !== undefined) return found;
  console.log(`    (skipped: ${what} is not installed)`);
  return context.skip();
}
