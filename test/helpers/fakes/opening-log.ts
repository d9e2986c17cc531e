// Opens a stream and records its progress.

import type { ErrorStage } from '#src/core/errors/mqtt-flows-error';
import { parseServerUrl, type ServerAddress } from '#src/core/servers/server-url';
import { type ServerStreamSettings, serverStream } from '#src/transport/streams/server-stream';
import type { OpenStream } from '#src/transport/transport';
import { Inbox } from '../flows/inbox';

export class OpeningLog {
  readonly stages = new Inbox<ErrorStage>('stages');
  readonly #giveUp = new AbortController();

  readonly report = (stage: ErrorStage): void => this.stages.push(stage);

  get signal(): AbortSignal {
    return this.#giveUp.signal;
  }

  abort(): void {
    this.#giveUp.abort();
  }
}

/** The parsed address `url`. */
export function address(url: string): ServerAddress {
  const result = parseServerUrl(url);
  if (!result.ok) throw new Error(`${url}: ${result.problem}`);
  return result.address;
}

/** Opens streams to `url` with the settings of a new broker node and the changes of a test. */
export function streamTo(url: string, settings: Partial<ServerStreamSettings> = {}): OpenStream {
  return serverStream(address(url), {
    tls: () => ({}),
    proxy: async () => undefined,
    webSocket: { headers: {}, subprotocol: 'mqtt' },
    ...settings,
  });
}
