// Finds the error codes that the sources create, and those that can become the status of a node.

import { unionMembers } from './literal-types';
import { filesBelow, readText } from './package-files';

const DECLARATION = 'core/errors/mqtt-flows-error.ts';

/** Every member of the union ErrorCode. */
export const errorCodes: readonly string[] = unionMembers(DECLARATION, 'ErrorCode');

/** The folders where connection failures are created. A node shows them as `status.<code>`. */
const CONNECTION_SOURCES = [
  'connection/answer-watch.ts',
  'connection/connection.ts',
  'connection/attempts/retry.ts',
  'connection/outbox/unanswered-suspect.ts',
  'core/errors/reason-code.ts',
  'transport/embedded/embedded-broker.ts',
  'runtime/client/server-certificates.ts',
  'runtime/client/server-endpoints.ts',
  'transport/mqttjs/first-bytes.ts',
  'transport/mqttjs/mqttjs-error.ts',
  'transport/mqttjs/mqttjs-transport.ts',
  'transport/streams/network-error.ts',
  'transport/streams/proxy-stream.ts',
  'transport/streams/socket-stream.ts',
  'transport/streams/tcp-stream.ts',
  'transport/streams/tls-error.ts',
  'transport/streams/websocket-stream.ts',
];

/** Failures of the embedded broker's port. They are reported, but the connection and its status are not affected. */
const PORT_FAILURES = ['embedded-port-in-use', 'embedded-listen-failed', 'embedded-needs-credentials'];

/** A string literal used as a value: neither part of a union type nor of a comparison. */
const VALUE = /(?<!(?:[^|]\||[=!]==)\s*)'([a-z-]+)'(?!\s*\|[^|])/g;
const CONFIG_ERROR = /new MqttFlowsError\(\s*(?:'([a-z-]+)'|[^,]+),\s*\{\s*stage: 'config'/g;

/** The codes that a file below src/ uses as values. */
function codesIn(file: string): string[] {
  const text = readText(`src/${file}`).replace(/export type ErrorCode =[^;]*;/, '');
  return [...text.matchAll(VALUE)].map(([, code = '']) => code).filter((code) => errorCodes.includes(code));
}

/** The codes of configuration errors in a file. Where the code is no literal, all codes in the file count. */
function configCodesIn(file: string): string[] {
  return [...readText(`src/${file}`).matchAll(CONFIG_ERROR)].flatMap(([, code]) => (code ? [code] : codesIn(file)));
}

const sources = filesBelow('src').filter((file) => file.endsWith('.ts'));

/** All codes with which the sources create an error. */
export const createdCodes: ReadonlySet<string> = new Set(sources.flatMap(codesIn));

/** All codes that can be a status: of a node with bad settings, or of a failed connection. */
export const statusCodes: ReadonlySet<string> = new Set(
  [...sources.flatMap(configCodesIn), ...CONNECTION_SOURCES.flatMap(codesIn)].filter(
    (code) => !PORT_FAILURES.includes(code),
  ),
);
