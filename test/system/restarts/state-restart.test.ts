// The state of a topic state node over a restart of a real Node-RED: known devices that stay silent are reported, and what
// has not changed is no change. And the examples of the node, in a real Node-RED.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateNodes } from '../../helpers/flows/flow-nodes';
import { emptyUserDir, linkPackage, NodeRedProcess, removeUserDir } from '../../helpers/flows/node-red-process';
import { repository } from '../../helpers/package/environment';

const CONTEXT = "contextStorage: { default: { module: 'localfilesystem', config: { cache: false } } },";
const PLACE = { z: 'tab', x: 0, y: 0 };

function inject(id: string, topic: string, payload: string): object {
  const props = [{ p: 'payload' }, { p: 'topic', vt: 'str' }];
  const when = { repeat: '', once: true, onceDelay: 0.1 };
  return { ...PLACE, ...when, id, type: 'inject', props, topic, payload, payloadType: 'num', wires: [['state']] };
}

function printer(id: string, name: string): object {
  return {
    ...PLACE,
    id,
    type: 'debug',
    name,
    active: true,
    console: true,
    tosidebar: false,
    complete: 'topic',
    targetType: 'msg',
    wires: [],
  };
}

describe('A topic state in a real Node-RED', function () {
  this.timeout(300_000);
  let userDir: string;
  beforeEach(() => {
    userDir = emptyUserDir();
    linkPackage(userDir);
  });
  afterEach(() => removeUserDir(userDir));

  it('is known after a restart: who stays silent is reported, and an equal value is no change', async () => {
    const [state] = stateNodes('state', {
      input: 'value',
      subscriptions: [{ filter: 'device/+', silence: 'time', silentAfter: 2 }],
      keepType: 'flow',
      keep: 'known',
    });
    const flow = (values: readonly object[]): string =>
      JSON.stringify([
        { id: 'tab', type: 'tab' },
        { ...state, ...PLACE, wires: [['changes'], ['silence'], []] },
        printer('changes', 'change'),
        printer('silence', 'silence'),
        ...values,
      ]);
    writeFileSync(join(userDir, 'flows.json'), flow([inject('a', 'device/a', '1'), inject('b', 'device/b', '1')]));
    const first = await NodeRedProcess.start(userDir, CONTEXT);
    await first.waitForOutput('device/a');
    await first.waitForOutput('device/b');
    await first.stop();
    writeFileSync(join(userDir, 'flows.json'), flow([inject('a', 'device/a', '1'), inject('c', 'device/c', '1')]));
    const second = await NodeRedProcess.start(userDir, CONTEXT);
    try {
      await second.waitForOutput('[debug:silence]');
      await second.waitForOutput('device/b');
      const changes = [...second.output.matchAll(/\[debug:change\]\s+(\S+)/g)].map(([, topic]) => topic);
      assert.deepEqual(changes, ['device/c']);
    } finally {
      await second.stop();
    }
  });

  it('feeds a page with all rooms at once, as the example says', async () => {
    const example = readFileSync(join(repository, 'examples/9c Dashboard - all rooms at once.json'), 'utf8');
    writeFileSync(join(userDir, 'flows.json'), example);
    const nodeRed = await NodeRedProcess.start(userDir);
    try {
      // The first room publishes a moment after the start.
      let page = '';
      while (!/<td>(kitchen|hall|attic)<\/td>/.test(page)) {
        page = await (await fetch(new URL('/rooms', nodeRed.url))).text().catch(() => '');
      }
      assert.match(page, /<tr><td>(kitchen|hall|attic)<\/td><td>\d\d(\.\d)? °C<\/td><td>(on|off)<\/td><\/tr>/);
    } finally {
      await nodeRed.stop();
    }
  });

  for (const [name, silence] of [
    ['9a Alarm when a device is silent', 'No word from the boiler'],
    ['9b Only changes to the database', "what: 'temperature'"],
  ] as const) {
    it(`does what the example says: ${name}`, async () => {
      const nodes = JSON.parse(readFileSync(join(repository, `examples/${name}.json`), 'utf8')) as {
        type: string;
        name: string;
      }[];
      // What the Debug sidebar would show goes to the log; the boiler is switched off a second after the start.
      const shown = nodes.map((node) => {
        if (node.type === 'debug') return { ...node, console: true };
        return node.name === 'switch off' ? { ...node, once: true, onceDelay: 3 } : node;
      });
      writeFileSync(join(userDir, 'flows.json'), JSON.stringify(shown));
      const nodeRed = await NodeRedProcess.start(userDir);
      try {
        await nodeRed.waitForOutput(silence);
      } finally {
        await nodeRed.stop();
      }
    });
  }
});
