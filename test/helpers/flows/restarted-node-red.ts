// What the tests of restarts need: mosquitto for a suite, and for each test a Node-RED that can be stopped, killed and
// started again.

import assert from 'node:assert/strict';
import { Mosquitto, needsMosquitto } from '../servers/mosquitto';
import { PersistentNodeRed } from './persistent-node-red';

/** Characters of a log that a failure shows */
const MOST_SHOWN = 5000;

/** Call it in a suite. The getters can be used in its tests. */
export function restartedNodeRed(): { readonly mosquitto: Mosquitto; readonly nodeRed: PersistentNodeRed } {
  let mosquitto: Mosquitto | undefined;
  let nodeRed: PersistentNodeRed | undefined;
  before(async function () {
    needsMosquitto(this);
    mosquitto = await Mosquitto.start();
  });
  beforeEach(() => {
    nodeRed = new PersistentNodeRed();
  });
  afterEach(async function () {
    // A test that waits in vain says nothing else of why.
    if (this.currentTest?.state === 'failed') {
      console.error(`Awaited of Node-RED: ${JSON.stringify(nodeRed?.awaited ?? [])}`);
      console.error(`Node-RED has printed:\n${(nodeRed?.output ?? '').slice(-MOST_SHOWN)}`);
      console.error(`mosquitto has logged:\n${(mosquitto?.log.all ?? []).join('\n').slice(-MOST_SHOWN)}`);
    }
    await nodeRed?.remove();
  });
  after(() => mosquitto?.stop());
  return {
    get mosquitto() {
      assert.ok(mosquitto);
      return mosquitto;
    },
    get nodeRed() {
      assert.ok(nodeRed);
      return nodeRed;
    },
  };
}
