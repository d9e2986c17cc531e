// The list of brokers that can be recorded, as the editor asks for it: also while a deploy restarts the flows.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { NodeAPI } from 'node-red';
import { addTopicRoutes } from '#src/runtime/sidebar/admin-routes';

type Handler = (request: object, response: object) => void;

describe('The list of deployed brokers', () => {
  const definition = { id: 'broker', name: 'Plant server' };
  const config = { flows: [] };
  let events: EventEmitter;
  let running: object | null;
  let answers: unknown[];
  let ask: () => void;

  beforeEach(() => {
    events = new EventEmitter();
    running = { type: 'mqtt-flows-broker' };
    answers = [];
    const routes = new Map<string, Handler>();
    const httpAdmin = { get: (path: string, _gate: unknown, handler: Handler) => routes.set(path, handler), post() {} };
    const nodes = { getNode: () => running, eachNode: (visit: (node: object) => void) => visit(definition) };
    // Of Node-RED's API, the routes use these.
    addTopicRoutes({ events, httpAdmin, nodes, auth: { needsPermission() {} } } as unknown as NodeAPI);
    const response = { json: (answer: unknown) => answers.push(answer) };
    ask = () => routes.get('/mqtt-flows/brokers')?.({}, response);
  });

  /** What Node-RED does at a deploy before it answers the editor. */
  function stopFlows(): void {
    events.emit('flows:stopping', { config });
    running = null;
    events.emit('flows:stopped', { config });
  }

  it('is answered at once while nothing is deployed', () => {
    ask();
    assert.deepEqual(answers, [[definition]]);
  });

  it('waits for the brokers of a deploy that is under way', () => {
    stopFlows();
    ask();
    assert.deepEqual(answers, []);
    running = { type: 'mqtt-flows-broker' };
    events.emit('flows:started', { config });
    assert.deepEqual(answers, [[definition]]);
    events.emit('flows:started', { config });
    assert.equal(answers.length, 1);
  });

  it('is empty when Node-RED cannot start the flows', () => {
    stopFlows();
    ask();
    events.emit('runtime-event', { id: 'runtime-state', payload: { error: 'missing-types' } });
    assert.deepEqual(answers, [[]]);
  });

  it('is empty once the flows are stopped', () => {
    events.emit('flows:started', { config });
    stopFlows();
    ask();
    assert.deepEqual(answers, [[]]);
  });
});
