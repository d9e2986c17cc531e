// Every route that the package adds to Node-RED's admin server: whom it asks for a permission, and what it takes. A
// route that is missing here is one that nobody has thought about.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import { repository } from '../helpers/package/environment';
import { filesBelow, manifest, readText } from '../helpers/package/package-files';

type Gate = { readonly permission: string } | ((...handed: unknown[]) => unknown);

interface AdminRoute {
  readonly method: string;
  readonly path: string;
  readonly permissions: readonly string[];
  /** The handlers behind the permissions, in order. */
  readonly handlers: readonly ((...handed: unknown[]) => unknown)[];
}

const READ = ['mqtt-flows.read'];
const WRITE = ['mqtt-flows.write'];

const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  'get /mqtt-flows/brokers': READ,
  'get /mqtt-flows/brokers/:id': READ,
  'get /mqtt-flows/recordings': READ,
  'get /mqtt-flows/recordings/survey': READ,
  'get /mqtt-flows/recordings/download': READ,
  // They write to the disk, to a broker or into the flows.
  'post /mqtt-flows/recordings/record': WRITE,
  'post /mqtt-flows/recordings/stop': WRITE,
  'post /mqtt-flows/recordings/delete': WRITE,
  'post /mqtt-flows/recordings/replay': WRITE,
  'post /mqtt-flows/recordings/control': WRITE,
  'post /mqtt-flows/recordings/upload': WRITE,
  'get /mqtt-flows/routers/:id/counts': READ,
  'get /mqtt-flows/states/:id': READ,
  'get /mqtt-flows/topics/completions': READ,
  'get /mqtt-flows/topics/export': READ,
  'post /mqtt-flows/brokers/:id/connect': WRITE,
  'post /mqtt-flows/brokers/:id/outbox/clear': WRITE,
  'get /mqtt-flows/brokers/:id/clients': READ,
  'post /mqtt-flows/brokers/:id/clients/disconnect': WRITE,
  'post /mqtt-flows/brokers/:id/clients/forget': WRITE,
  // What it keeps becomes part of the flows.
  'post /mqtt-flows/brokers/:id/passwords': [...WRITE, 'flows.write'],
  // It sends secrets to an address of the requester's choice, so it needs the permission to deploy.
  'post /mqtt-flows/connection-test': [...WRITE, 'flows.write'],
  'get /mqtt-flows/formats': READ,
  // It reads what was sent with it, and no file.
  'post /mqtt-flows/schema': READ,
  // It reads what was sent with it, and sends nothing on.
  'post /mqtt-flows/topics/encode': READ,
  'get /mqtt-flows/topics/formats': READ,
  'get /mqtt-flows/topics/recordings': READ,
  'get /mqtt-flows/topics/retained': READ,
  'post /mqtt-flows/topics/history': READ,
  'post /mqtt-flows/topics/series': READ,
  'get /mqtt-flows/topics/values': READ,
  'post /mqtt-flows/topics/surface': READ,
  'post /mqtt-flows/topics/clear': WRITE,
  'post /mqtt-flows/topics/publish': WRITE,
  // A recording belongs to its viewer, and does not change the flows.
  // As the trial of a value.
  'post /mqtt-flows/payload-trial': [...READ, 'flows.write'],
  'post /mqtt-flows/topics/start': READ,
  'post /mqtt-flows/topics/start-shared': WRITE,
  'post /mqtt-flows/topics/stop': READ,
  'post /mqtt-flows/topics/view': READ,
  // It reads files and variables and evaluates an expression, as a deploy does.
  'post /mqtt-flows/value-trial': [...READ, 'flows.write'],
};

/** The routes that all nodes and plugins add when Node-RED loads them. */
function addedRoutes(): AdminRoute[] {
  const routes: AdminRoute[] = [];
  const httpAdmin = new Proxy(
    {},
    {
      get:
        (_target, method: string) =>
        (path: string, first: Gate, ...rest: Gate[]) => {
          const gates = [first, ...rest];
          const permissions = gates.flatMap((gate) => ('permission' in gate ? [gate.permission] : []));
          // A handler before the permission check would not be protected.
          assert.ok(
            gates.slice(0, permissions.length).every((gate) => 'permission' in gate),
            path,
          );
          const handlers = gates.filter((gate) => typeof gate === 'function');
          routes.push({ method, path, permissions, handlers });
        },
    },
  );
  const auth = { needsPermission: (permission: string) => ({ permission }) };
  const ignored = (): undefined => undefined;
  // What the nodes and plugins use of Node-RED while they are being loaded.
  const RED = {
    httpAdmin,
    auth,
    nodes: { registerType: ignored },
    plugins: { registerPlugin: ignored },
    events: { on: ignored },
    hooks: { add: ignored, remove: ignored },
  } as unknown as NodeAPI;
  const { nodes, plugins } = manifest['node-red'];
  for (const file of [...Object.values(nodes), ...Object.values(plugins)]) require(join(repository, file))(RED);
  return routes;
}

describe('The admin routes', () => {
  const routes = addedRoutes();

  it('are those that are known, each with its permission', () => {
    const found = routes.map(({ method, path, permissions }) => [`${method} ${path}`, permissions] as const);
    assert.deepEqual(Object.fromEntries(found.toSorted(([a], [b]) => a.localeCompare(b))), EXPECTED);
    assert.equal(new Set(found.map(([route]) => route)).size, routes.length, 'none stands there twice');
  });

  for (const { method, path, handlers } of routes.filter((route) => route.method !== 'get')) {
    it(`${method} ${path} takes nothing but JSON, and looks at nothing else before`, () => {
      const answered: number[] = [];
      const response = {
        status: (code: number) => {
          answered.push(code);
          return { json: () => undefined };
        },
      };
      const [gate] = handlers;
      assert.ok(gate && handlers.length === 2);
      gate({ is: () => false }, response, () => assert.fail('it went on'));
      assert.deepEqual(answered, [415]);
    });
  }

  describe('an error in a request', () => {
    let listeners: NodeJS.UnhandledRejectionListener[];
    let unhandled: (error: unknown) => void;
    const tell = (): void => unhandled('not handled: Node.js would end');

    // Mocha's own listener would end the process of the tests, too.
    before(() => {
      listeners = process.listeners('unhandledRejection');
      process.removeAllListeners('unhandledRejection').on('unhandledRejection', tell);
    });

    after(() => {
      process.removeAllListeners('unhandledRejection');
      for (const listener of listeners) process.on('unhandledRejection', listener);
    });

    for (const { method, path, handlers } of routes) {
      it(`${method} ${path} hands it over, or has answered before`, async () => {
        const request = new Proxy({}, { get: () => assert.fail('of the request') });
        const outcome = await new Promise((resolve) => {
          unhandled = resolve;
          const answered = (): void => resolve('answered');
          const response: object = { status: () => response, set: () => response, json: answered };
          try {
            handlers.at(-1)?.(request, response, resolve);
          } catch (thrown) {
            resolve(thrown);
          }
        });
        // What these routes do not find of Node-RED here is an error like any other.
        assert.ok(outcome === 'answered' || outcome instanceof Error, String(outcome));
      });
    }
  });

  it('are added nowhere else than on the admin server', () => {
    for (const file of filesBelow('src').filter((name) => name.endsWith('.ts'))) {
      assert.ok(!/httpNode\b|httpStatic\b/.test(readText(`src/${file}`)), file);
    }
  });
});
