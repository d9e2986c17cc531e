// Passwords of the embedded broker: salted hashes, compared few at a time and not twice.

import assert from 'node:assert/strict';
import type { PasswordAttempt } from '#src/broker/access/user-access';
import type { Login } from '#src/broker/access/user-directory';
import { LoginCheck } from '#src/transport/embedded/login-check';
import { hashPassword, isPasswordHash, verifyPassword } from '#src/transport/embedded/password-hash';

function attempt(password: string, login: Login | undefined, clientId = 'client'): PasswordAttempt {
  return { clientId, address: '192.0.2.1', username: 'ann', password: Buffer.from(password), login };
}

describe('password hash', () => {
  it('differs each time, does not contain the password, and verifies it alone', async () => {
    const [one, other] = await Promise.all([hashPassword(Buffer.from('p4ss')), hashPassword(Buffer.from('p4ss'))]);
    assert.notEqual(one, other);
    assert.ok(isPasswordHash(one) && !one.includes('p4ss'));
    assert.equal(await verifyPassword(Buffer.from('p4ss'), one), true);
    assert.equal(await verifyPassword(Buffer.from('p4ss '), one), false);
    assert.equal(await verifyPassword(Buffer.from([0xff, 0xfe]), await hashPassword(Buffer.from([0xff, 0xfe]))), true);
  });

  for (const text of [
    '',
    'p4ss',
    'scrypt$16384$8$1$AAAA$AAAA',
    'scrypt$1073741824$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
    'scrypt$16383$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
    'scrypt$16384$8$1e9$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
  ]) {
    it(`refuses the malformed hash "${text}", which verifies nothing`, async () => {
      assert.equal(isPasswordHash(text), false);
      assert.equal(await verifyPassword(Buffer.from(text), text), false);
    });
  }
});

describe('login check', () => {
  let check: LoginCheck;
  beforeEach(() => {
    check = new LoginCheck();
  });

  it('compares a password with a hash or with a secret of the settings', async () => {
    const hash: Login = { kind: 'hash', hash: await hashPassword(Buffer.from('p4ss')) };
    const secret: Login = { kind: 'secret', secret: 'p4ss' };
    for (const login of [hash, secret]) {
      assert.equal(await check.verify(attempt('p4ss', login)), 'right');
      assert.equal(await check.verify(attempt('wrong', login)), 'wrong');
      assert.equal(await check.verify(attempt('', login)), 'wrong');
    }
    assert.equal(await check.verify(attempt('p4ss', undefined)), 'wrong');
    assert.equal(await check.verify(attempt('', { kind: 'certificate' })), 'wrong');
  });

  it('remembers a right login of one client, by its password and its hash', async () => {
    const login: Login = { kind: 'hash', hash: await hashPassword(Buffer.from('p4ss')) };
    const other: Login = { kind: 'hash', hash: await hashPassword(Buffer.from('p4ss')) };
    assert.equal(check.remembers(attempt('p4ss', login)), false);
    await check.verify(attempt('p4ss', login));
    await check.verify(attempt('wrong', login));
    assert.equal(check.remembers(attempt('p4ss', login)), true);
    assert.equal(check.remembers(attempt('wrong', login)), false);
    assert.equal(check.remembers(attempt('p4ss', other)), false);
    assert.equal(check.remembers(attempt('p4ss', login, 'other')), false);
  });

  it('answers many logins at once correctly', async () => {
    const login: Login = { kind: 'hash', hash: await hashPassword(Buffer.from('p4ss')) };
    const passwords = ['p4ss', 'wrong', 'p4ss', 'other', 'p4ss', 'p4ss'];
    const results = await Promise.all(
      passwords.map((text, index) => check.verify(attempt(text, login, String(index)))),
    );
    assert.deepEqual(
      results,
      passwords.map((text) => (text === 'p4ss' ? 'right' : 'wrong')),
    );
  });

  it('makes no second hash for a password that was right before, even while others wait', async () => {
    const login: Login = { kind: 'hash', hash: await hashPassword(Buffer.from('p4ss')) };
    await check.verify(attempt('p4ss', login));
    const none: Login = { kind: 'hash', hash: 'no hash' };
    const others = Array.from({ length: 1100 }, (_, index) => check.verify(attempt(`${index}`, none)));
    assert.equal(await check.verify(attempt('p4ss', login, 'another client')), 'right');
    await Promise.all(others);
  });

  it('forgets the right logins of clients that have not come for longest', () => {
    const login: Login = { kind: 'secret', secret: 'p4ss' };
    const logins = Array.from({ length: 10_001 }, (_, index) => attempt('p4ss', login, String(index)));
    return Promise.all(logins.map((one) => check.verify(one))).then(() => {
      const remembered = logins.filter((one) => check.remembers(one));
      assert.deepEqual(remembered, logins.slice(1));
    });
  });

  it('answers that it is busy when a thousand logins wait', async () => {
    const login: Login = { kind: 'hash', hash: 'no hash' };
    const results = await Promise.all(
      Array.from({ length: 1100 }, (_, index) => check.verify(attempt(`${index}`, login))),
    );
    assert.ok(results.filter((result) => result === 'busy').length >= 90);
    assert.ok(results.filter((result) => result === 'wrong').length >= 1000);
  });

  it('treats a wrong secret like the password of nobody, and lets a right one in meanwhile', async () => {
    const secret: Login = { kind: 'secret', secret: 'p4ss' };
    const none: Login = { kind: 'hash', hash: 'no hash' };
    const others = Array.from({ length: 1100 }, (_, index) => check.verify(attempt(`${index}`, none)));
    const logins = [attempt('wrong', undefined), attempt('wrong', secret), attempt('p4ss', secret)];
    const results = await Promise.all(logins.map((login) => check.verify(login)));
    assert.deepEqual(results, ['busy', 'busy', 'right']);
    await Promise.all(others);
    assert.equal(await check.verify(attempt('wrong', secret)), 'wrong');
  });
});
