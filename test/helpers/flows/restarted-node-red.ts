// What the tests of restarts need: mosquitto for a suite, and for each test a Node-RED that can be stopped, killed and
// started again.

import assert from 'node:assert/strict';
import { Mosquitto, needsMosquitto } from '../servers/mosquitto';
import { PersistentNodeRed } from './persistent-node-red';

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
  afterEach(() => nodeRed?.remove());
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
