// The interoperability suite of Eclipse Paho, written anew for streams in memory and a clock that the test advances.
// `npm run conformance` tries the same cases with any broker over TCP.

import { setImmediate as turn } from 'node:timers/promises';
import { BrokerBench } from './broker-bench';
import { casesOf, tryCase } from './conformance/conformance';
import { FORBIDDEN_FILTER, KEEP_ALIVE_OF_THE_SERVER, type Target } from './conformance/trial';

/** Turns of the event loop in which everything between streams in memory arrives. */
const TURNS = 10;

function targetOf(bench: BrokerBench): Target {
  const settle = async (): Promise<void> => {
    for (let left = TURNS; left > 0; left--) await turn();
  };
  return {
    open: (version) => bench.open(version),
    async pass(seconds) {
      await settle();
      for (let left = seconds; left > 0; left -= 0.5) {
        bench.clock.advance(Math.min(left, 0.5));
        await settle();
      }
    },
  };
}

for (const version of [3, 4, 5] as const) {
  describe(`broker: conformance with MQTT ${{ 3: '3.1', 4: '3.1.1', 5: '5' }[version]}`, () => {
    for (const [name, each] of Object.entries(casesOf(version))) {
      it(`${each.title} (${name})`, async () => {
        const bench = await BrokerBench.start({
          settings: { maximumKeepAlive: KEEP_ALIVE_OF_THE_SERVER },
          access: { reading: (_, filter) => (filter === FORBIDDEN_FILTER ? 'none' : 'all') },
        });
        await tryCase(targetOf(bench), version, name, each);
        await bench.close();
      });
    }
  });
}
