// The list of clients that an editor is sent: bounded, the connected first, by what is searched for.

import assert from 'node:assert/strict';
import { listClients, MOST_CLIENTS, type ShownClient } from '#src/core/sidebar/client-list';

function client(clientId: string, values: Partial<ShownClient> = {}): ShownClient {
  const counts = { subscriptions: 0, queued: 0, inFlight: 0, dropped: 0 };
  return { clientId, user: '', connected: true, address: '192.0.2.1', since: 1, local: false, ...counts, ...values };
}

describe('client list', () => {
  it('lists connected clients first, ordered by identifier', () => {
    const all = [client('b'), client('a', { connected: false }), client('c', { connected: false }), client('A')];
    const { total, connected, found, clients } = listClients(all, '', 10);
    assert.deepEqual([total, connected, found], [4, 2, 4]);
    assert.deepEqual(
      clients.map(({ clientId }) => clientId),
      ['A', 'b', 'a', 'c'],
    );
  });

  it('finds identifiers, users and addresses in any case', () => {
    const all = [client('Lamp-1'), client('x', { user: 'lampuser' }), client('y', { address: '198.51.100.7' })];
    assert.equal(listClients(all, 'lamp', 10).found, 2);
    assert.equal(listClients(all, '100.7', 10).found, 1);
    assert.equal(listClients(all, 'nothing', 10).found, 0);
  });

  it('is limited in length, and has the number of all clients', () => {
    const all = Array.from({ length: 1000 }, (_, index) => client(String(index)));
    const { found, clients } = listClients(all, '', 100_000);
    assert.deepEqual([found, clients.length], [1000, MOST_CLIENTS]);
    assert.deepEqual(listClients(all, '', 0).clients, []);
  });
});
