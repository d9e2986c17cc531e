// The same flow by the core nodes and, converted, by ours, at one mosquitto: payloads, formats, versions, properties and
// control messages; and whole connections. Each case is the same, or different for a reason that is written down.

import assert from 'node:assert/strict';
import { movingCases } from '../../helpers/moving-in/cases';
import { compareConnections } from '../../helpers/moving-in/connection-sides';
import { type MovingCase, type Scenario, VERSIONS } from '../../helpers/moving-in/moving-case';
import { REASONS } from '../../helpers/moving-in/reasons';
import { SideBySide } from '../../helpers/moving-in/side-by-side';
import { Mosquitto, needsMosquitto } from '../../helpers/servers/mosquitto';

function titleOf({ title, differs }: MovingCase): string {
  return `${title}: ${differs === undefined ? 'the same' : `differs: ${differs}`}`;
}

function judge({ differs }: MovingCase, { core, ours }: { readonly core: unknown; readonly ours: unknown }): void {
  if (differs === undefined) assert.deepEqual(ours, core);
  else assert.notDeepEqual(ours, core);
}

describe('Side by side with the core nodes', () => {
  it('there are some five hundred cases, and each reason for a difference has one', () => {
    assert.ok(movingCases.length >= 500, String(movingCases.length));
    const given = new Set(movingCases.flatMap(({ differs }) => differs ?? []));
    assert.deepEqual([...given].sort(), Object.keys(REASONS).sort());
  });

  for (const version of VERSIONS) {
    describe(`MQTT ${version === 4 ? '3.1.1' : '5'}`, () => {
      const all = movingCases.filter((one) => one.version === version);
      const cases = all.filter((one) => one.kind !== 'connection');
      const connections = all.filter((one) => one.kind === 'connection');
      let mosquitto: Mosquitto;
      let sides: SideBySide;

      before(async function () {
        needsMosquitto(this);
        mosquitto = await Mosquitto.start();
        sides = await SideBySide.start(mosquitto, version, cases);
      });

      after(async () => {
        await sides?.stop();
        await mosquitto?.stop();
      });

      for (const [index, one] of cases.entries()) {
        it(titleOf(one), async () => judge(one, await sides.compare(one, index)));
      }

      describe('from connection to connection', () => {
        /** Each scenario runs once for all that is compared of it. */
        const outcomes = new Map<Scenario, ReturnType<typeof compareConnections>>();
        before(() => sides?.stop());

        for (const one of connections) {
          it(titleOf(one), async () => {
            const outcome = outcomes.get(one.scenario) ?? compareConnections(one.scenario, version);
            outcomes.set(one.scenario, outcome);
            const { core, ours } = await outcome;
            judge(one, { core: core[one.part], ours: ours[one.part] });
          });
        }
      });
    });
  }
});
