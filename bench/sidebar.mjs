// `npm run bench:sidebar`: measures what the topics sidebar costs. It scrolls through 50,000 topics and views 5,000
// messages a second, in Chromium against mosquitto, and compares the processor time of Node-RED with and without a
// viewer. Reads /proc, so it runs on Linux only. Needs mosquitto and Chromium.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import mqtt from 'mqtt';

const require = createRequire(import.meta.url);
const { Mosquitto } = require('../build/test/helpers/servers/mosquitto.js');
const { findChromium, NodeRedEditor } = require('../build/test/helpers/editor/node-red-editor.js');
const { TopicsTab } = require('../build/test/helpers/editor/topics-tab.js');
const { brokerDefaults } = require('../build/src/settings/broker.config.js');
const { subscribeDefaults, subscriptionDefaults } = require('../build/src/settings/subscribe.config.js');

const { values } = parseArgs({
  options: {
    topics: { type: 'string', default: '50000' },
    rate: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '15' },
  },
});
const TOPICS = Number(values.topics);
const RATE = Number(values.rate);
const SECONDS = Number(values.seconds);
/** How /proc counts processor time. */
const TICKS_PER_SECOND = 100;

function flow(url) {
  const subscriptions = [{ ...subscriptionDefaults, filter: 'load/#' }];
  return [
    { id: 'tab', type: 'tab', label: 'Load' },
    { ...brokerDefaults, id: 'broker', type: 'mqtt-flows-broker', name: 'Plant server', servers: [{ url }] },
    {
      ...subscribeDefaults,
      id: 'in',
      type: 'mqtt-flows-subscribe',
      name: 'load',
      z: 'tab',
      x: 200,
      y: 100,
      broker: 'broker',
      subscriptions,
      wires: [['count']],
    },
    { id: 'count', type: 'function', z: 'tab', x: 400, y: 100, func: 'return null;', outputs: 1, wires: [[]] },
  ];
}

/** s of processor time that a process has used. */
function processorTime(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function startLoad(device) {
  let sent = 0;
  const begin = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - begin) / 1000) * RATE;
    for (; sent < due; sent++) {
      const payload = `{"value":${sent},"unit":"°C"}`;
      device.publish(`load/line${sent % 20}/machine${sent % 500}/v${sent % 10}`, payload);
    }
  }, 5);
  return () => {
    clearInterval(timer);
    return sent / ((performance.now() - begin) / 1000);
  };
}

/** Records the time between frames and the tasks that block the page for more than 50 ms. */
async function watchPage(page) {
  await page.evaluate(() => {
    const notes = { frames: [], long: [], stop: false };
    window.notes = notes;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) notes.long.push(duration);
    }).observe({ entryTypes: ['longtask'] });
    let last = performance.now();
    const frame = (now) => {
      notes.frames.push(now - last);
      last = now;
      if (!notes.stop) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  return async () => {
    const { frames, long } = await page.evaluate(() => {
      window.notes.stop = true;
      return window.notes;
    });
    const sorted = frames.toSorted((a, b) => a - b);
    const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    const sum = long.reduce((total, duration) => total + duration, 0);
    return `frames: median ${at(0.5).toFixed(0)} ms, 99 % within ${at(0.99).toFixed(0)} ms, longest ${at(1).toFixed(0)} ms; tasks over 50 ms: ${long.length}, ${sum.toFixed(0)} ms together, longest ${Math.max(0, ...long).toFixed(0)} ms`;
  };
}

async function processorShare(nodeRed, seconds) {
  const before = processorTime(nodeRed.pid);
  const begin = performance.now();
  await delay(seconds * 1000);
  return (processorTime(nodeRed.pid) - before) / ((performance.now() - begin) / 1000);
}

async function scrollThrough(editor, topics) {
  await topics.openAll();
  const last = topics.rows.filter({ hasText: `t${TOPICS - 1}` });
  await editor.page.waitForFunction(
    (height) => document.querySelector('.mqtt-flows-tree-room').offsetHeight >= height,
    TOPICS * 24,
  );
  const stop = await watchPage(editor.page);
  const missing = await editor.page.evaluate(async () => {
    const tree = document.querySelector('.mqtt-flows-tree');
    const waits = [];
    const steps = 200;
    for (let step = 1; step <= steps; step++) {
      tree.scrollTop = ((tree.scrollHeight - tree.clientHeight) * step) / steps;
      const begin = performance.now();
      const there = () => {
        const { top, bottom } = tree.getBoundingClientRect();
        return [top + 12, bottom - 12].every((y) =>
          document.elementFromPoint(tree.getBoundingClientRect().left + 60, y)?.closest('.mqtt-flows-topic'),
        );
      };
      do await new Promise(requestAnimationFrame);
      while (!there());
      waits.push(performance.now() - begin);
    }
    return waits.toSorted((a, b) => a - b);
  });
  const notes = await stop();
  await last.last().waitFor();
  const median = missing[Math.floor(missing.length / 2)];
  return `jumps of ${Math.round(TOPICS / 200)} rows are filled after ${median.toFixed(0)} ms (median), ${missing.at(-1).toFixed(0)} ms (longest); ${notes}`;
}

const mosquitto = await Mosquitto.start({ config: ['max_queued_messages 0', 'log_type none'] });
const device = await mqtt.connectAsync(mosquitto.url, { protocolVersion: 5 });
const session = await NodeRedEditor.start(findChromium(), flow(mosquitto.url));
const { nodeRed } = session;
const editor = await session.open();
try {
  const topics = await TopicsTab.open(editor);
  for (let i = 0; i < TOPICS; i++) {
    const topic = `many/g${i % 50}/t${i}`;
    if (i % 1000 === 999) await device.publishAsync(topic, String(i), { retain: true, qos: 1 });
    else device.publish(topic, String(i), { retain: true });
  }
  await topics.start('many/#');
  await topics.panel.getByText(`${TOPICS} topics`).waitFor();
  console.log(`${TOPICS} topics: ${await scrollThrough(editor, topics)}`);
  console.log(
    `  Node-RED with all of them open and nothing new: ${((await processorShare(nodeRed, 5)) * 100).toFixed(1)} % of a core`,
  );
  await topics.stop();

  const stopLoad = startLoad(device);
  await delay(3000);
  const without = await processorShare(nodeRed, SECONDS);
  await topics.start('load/#');
  await topics.openAll();
  await topics.row('v').first().click();
  await topics.tab('Chart').click();
  await delay(3000);
  const stop = await watchPage(editor.page);
  const withViewer = await processorShare(nodeRed, SECONDS);
  console.log(`${RATE} messages a second (${stopLoad().toFixed(0)} sent): ${await stop()}`);
  const percent = (share) => `${(share * 100).toFixed(1)} %`;
  console.log(
    `  processor of Node-RED: ${percent(without)} of a core without a viewer, ${percent(withViewer)} with one`,
  );
  console.log(`  ${await topics.panel.locator('.mqtt-flows-summary').innerText()}`);
} finally {
  await session.stop();
  await device.endAsync();
  await mosquitto.stop();
}
