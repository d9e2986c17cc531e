// The same flow by the core nodes and, converted, by ours, at one mosquitto: payloads, formats, versions, properties and
// control messages. Each case is the same, or different for a reason that is written down.

import assert from 'node:assert/strict';
import { movingCases } from '../../helpers/moving-in/cases';
import { VERSIONS } from '../../helpers/moving-in/moving-case';
import { REASONS } from '../../helpers/moving-in/reasons';
import { SideBySide } from '../../helpers/moving-in/side-by-side';
import { Mosquitto, needsMosquitto } from '../../helpers/servers/mosquitto';

describe('Side by side with the core nodes', () => {
  it('there are some five hundred cases, and each reason for a difference has one', () => {
    assert.ok(movingCases.length >= 500, String(movingCases.length));
    const given = new Set(movingCases.flatMap(({ differs }) => differs ?? []));
    assert.deepEqual([...given].sort(), Object.keys(REASONS).sort());
  });

  for (const version of VERSIONS) {
    describe(`MQTT ${version === 4 ? '3.1.1' : '5'}`, () => {
      const cases = movingCases.filter((one) => one.version === version);
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
        const how = one.differs === undefined ? 'the same' : `differs: ${one.differs}`;
        it(`${one.title}: ${how}`, async () => {
          const { core, ours } = await sides.compare(one, index);
          if (one.differs === undefined) assert.deepEqual(ours, core);
          else assert.notDeepEqual(ours, core);
        });
      }
    });
  }
});
