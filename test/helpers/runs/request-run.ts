// Many requests through a request node over a connection that is cut, to a responder that loses some replies and sends some
// too late. Each request must end exactly once, and none with the reply to another.

import { setTimeout as delay } from 'node:timers/promises';
import { connectAsync } from 'mqtt';
import { generator } from '../../core/random';
import { type Flow, loadFlow, unloadFlow } from '../flows/flow-harness';
import { requestNodes, serverNode } from '../flows/flow-nodes';
import { Mosquitto } from '../servers/mosquitto';
import { TcpProxy } from '../servers/tcp-proxy';

export interface RequestRun {
  readonly requests: number;
  readonly atATime: number;
  /** Shares of the replies. */
  readonly lost: number;
  readonly late: number;
  readonly cuts: number;
  readonly seed: number;
  /** s */
  readonly timeout: number;
}

export interface RequestRunResult {
  readonly answered: number;
  /** By error code. */
  readonly failed: Readonly<Record<string, number>>;
  /** Requests that ended more than once, or never. */
  readonly notOnce: number;
  /** Requests that ended with the reply to another. */
  readonly strange: number;
  /** Requests that the responder has not answered, or too late. */
  readonly unanswered: number;
  /** Requests that the responder has received more than once. */
  readonly copies: number;
  readonly cuts: number;
  readonly seconds: number;
}

/** ms after the timeout at which a late reply is sent */
const LATE = 300;
/** bytes within which a cut happens after it was decided */
const NEXT_BYTES = 4000;

export async function runRequests(run: RequestRun): Promise<RequestRunResult> {
  const random = generator(run.seed);
  const server = await Mosquitto.start({ config: ['max_queued_messages 0', 'max_inflight_messages 100'] });
  const proxy = await TcpProxy.start(server.port);
  const responder = await Responder.start(server.url, run, random);
  const session = { cleanStart: false, clientId: 'asks', sessionExpiryInterval: 3600 };
  const { atATime, timeout } = run;
  const flow = await loadFlow([
    serverNode('run-broker', proxy.port, { ...session, reconnect: { minDelay: 5, maxDelay: 20 } }),
    ...requestNodes('req', 'run-broker', { topic: 'run/ask', topicType: 'str', qos: 1, atATime, timeout }),
  ]);
  await flow.connected('req');
  const start = performance.now();
  const ends = await new Asking(flow, run, () => proxy.cutAfter(1 + Math.floor(random() * NEXT_BYTES))).done;
  const seconds = (performance.now() - start) / 1000;
  // Late replies, and ends that must not come.
  await delay(timeout * 1000 + 2 * LATE);
  const result = {
    ...ends.figures(),
    unanswered: responder.unanswered,
    copies: responder.copies,
    cuts: proxy.cuts,
    seconds,
  };
  await unloadFlow();
  await responder.stop();
  await proxy.stop();
  await server.stop();
  return result;
}

/** Gives the node as many requests as may be under way, and another when one ends. */
class Asking {
  readonly done: Promise<Ends>;
  readonly #flow: Flow;
  #next = 0;

  constructor(flow: Flow, { requests, atATime, cuts }: RequestRun, cut: () => void) {
    this.#flow = flow;
    const ends = new Ends(flow, requests);
    const every = Math.ceil(requests / (cuts + 1));
    this.done = new Promise((resolve) => {
      ends.onEach = (count) => {
        if (count % every === 0) cut();
        if (this.#next < requests) this.#ask();
        else if (count === requests) resolve(ends);
      };
    });
    for (let index = 0; index < atATime; index++) this.#ask();
  }

  #ask(): void {
    const number = this.#next++;
    this.#flow.inject('req', { payload: String(number), number });
  }
}

/** What has become of the requests so far. */
class Ends {
  onEach: (count: number) => void = () => {};
  readonly #counts: number[];
  readonly #failed: Record<string, number> = {};
  #answered = 0;
  #strange = 0;
  #ended = 0;

  constructor(flow: Flow, requests: number) {
    this.#counts = new Array<number>(requests).fill(0);
    flow.received('req-out').each(({ payload, number }) => {
      this.#answered++;
      if (payload !== number) this.#strange++;
      this.#end(Number(number));
    });
    flow.caught.each(({ error, number }) => {
      // An outage itself is no end of a request.
      if (number === undefined) return;
      const { code = 'none' } = error;
      this.#failed[code] = (this.#failed[code] ?? 0) + 1;
      this.#end(Number(number));
    });
  }

  figures(): Pick<RequestRunResult, 'answered' | 'failed' | 'notOnce' | 'strange'> {
    const notOnce = this.#counts.filter((count) => count !== 1).length;
    return { answered: this.#answered, failed: this.#failed, notOnce, strange: this.#strange };
  }

  #end(number: number): void {
    this.#counts[number] = (this.#counts[number] ?? 0) + 1;
    this.onEach(++this.#ended);
  }
}

/** A responder in mqtt.js, over a connection of its own that is not cut. */
class Responder {
  readonly #seen = new Set<string>();
  #unanswered = 0;
  #copies = 0;
  readonly stop: () => Promise<void>;

  private constructor(stop: () => Promise<void>) {
    this.stop = stop;
  }

  get unanswered(): number {
    return this.#unanswered;
  }

  get copies(): number {
    return this.#copies;
  }

  static async start(url: string, run: RequestRun, random: () => number): Promise<Responder> {
    const client = await connectAsync(url, { protocolVersion: 5, reconnectPeriod: 0 });
    const responder = new Responder(() => client.endAsync(true));
    client.on('message', (_topic, payload, { properties = {} }) => {
      const wait = responder.#decide(payload.toString(), run, random());
      if (wait === undefined) return;
      const { responseTopic = '', correlationData } = properties;
      const reply = (): void => {
        client.publish(responseTopic, payload, { qos: 1, properties: correlationData ? { correlationData } : {} });
      };
      if (wait === 0) reply();
      else setTimeout(reply, wait);
    });
    await client.subscribeAsync('run/ask', { qos: 1 });
    return responder;
  }

  /** ms until the reply; undefined: never. A copy of a request fares as the first. */
  #decide(request: string, { lost, late, timeout }: RequestRun, chance: number): number | undefined {
    if (this.#seen.has(request)) {
      this.#copies++;
      return undefined;
    }
    this.#seen.add(request);
    if (chance >= lost + late) return 0;
    this.#unanswered++;
    return chance < lost ? undefined : timeout * 1000 + LATE;
  }
}
