// Users of Node-RED's admin API: one with all permissions, one who may read, and one with Node-RED's own permissions.

import type { NodeRedProcess } from './node-red-process';

/** The password of every user is `word`; this is its bcrypt hash. */
const HASH = '$2b$04$Q13WUnvXJWqk/HQiMf58a.mne6o.6Eka9HZ2xCntgbPTa5jr9mLfS';

/** For the settings file of Node-RED. */
export const ADMIN_USERS = `adminAuth: { type: 'credentials', users: [
  { username: 'all', password: '${HASH}', permissions: '*' },
  { username: 'reader', password: '${HASH}', permissions: ['read'] },
  { username: 'other', password: '${HASH}', permissions: ['flows.read', 'flows.write'] },
  { username: 'tester', password: '${HASH}', permissions: ['mqtt-flows.read', 'mqtt-flows.write'] },
] },`;

/** Logs the user in, and returns the header for further requests. */
export async function logIn(nodeRed: NodeRedProcess, username: string): Promise<{ Authorization: string }> {
  const body = { client_id: 'node-red-admin', grant_type: 'password', scope: '', username, password: 'word' };
  const answer = await nodeRed.admin('auth/token', { method: 'POST', body: JSON.stringify(body) });
  // The answer has the form of OAuth.
  return { Authorization: `Bearer ${(answer as { access_token: string }).access_token}` };
}
