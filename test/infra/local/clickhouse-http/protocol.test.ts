// The small pieces of the protocol: errors, forms, users, and turns.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exceptionOf, statusOf } from '#infra/local/clickhouse-http/exception';
import { boundaryOf, readForm } from '#infra/local/clickhouse-http/multipart';
import { createSlots } from '#infra/local/clickhouse-http/slots';
import { createUsers } from '#infra/local/clickhouse-http/users';

test('what the engine throws is read, also where it is wrapped in itself', () => {
  const plain = exceptionOf(new Error('Code: 60. DB::Exception: No table (t). (UNKNOWN_TABLE)'));
  assert.deepEqual(
    [plain.code, plain.type, plain.message, statusOf(plain)],
    [60, 'UNKNOWN_TABLE', 'No table (t).', 404],
  );
  const nested = exceptionOf(
    new Error(
      'Code: 73. DB::Exception: Code: 73. DB::Exception: Unknown format X. (UNKNOWN_FORMAT) (version 26.7.2.1). (UNKNOWN_FORMAT)',
    ),
  );
  assert.deepEqual([nested.code, nested.type, nested.message], [73, 'UNKNOWN_FORMAT', 'Unknown format X.']);
  assert.equal(nested.text('26.7'), 'Code: 73. DB::Exception: Unknown format X. (UNKNOWN_FORMAT) (version 26.7)\n');
  const foreign = exceptionOf(new Error('something else'));
  assert.deepEqual([foreign.code, foreign.type, statusOf(foreign)], [1001, 'STD_EXCEPTION', 500]);
});

test('a form is read field by field, whatever stands in a field', () => {
  const body =
    '--b\r\nContent-Disposition: form-data; name="query"\r\n\r\nSELECT 1\r\n--b\r\nContent-Disposition: form-data; name="param_x"\r\n\r\na\r\n-- b\r\n\r\nü\r\n--b--\r\n';
  assert.equal(boundaryOf('multipart/form-data; boundary=b'), 'b');
  assert.equal(boundaryOf('multipart/form-data; charset=x; boundary="b c"'), 'b c');
  assert.equal(boundaryOf('application/x-www-form-urlencoded'), undefined);
  assert.deepEqual(readForm(Buffer.from(body), 'b'), [
    ['query', 'SELECT 1'],
    ['param_x', 'a\r\n-- b\r\n\r\nü'],
  ]);
  assert.deepEqual(readForm(Buffer.from('--b--'), 'b'), []);
  for (const broken of ['', '--b', '--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--', '--c\r\n\r\n--c--']) {
    assert.throws(() => readForm(Buffer.from(broken), 'b'), { code: 36 });
  }
  assert.throws(
    () => readForm(Buffer.from('--b\r\nContent-Disposition: form-data; name="t"; filename="f"\r\n\r\n1\r\n--b--'), 'b'),
    { code: 48 },
  );
});

test('an empty password of user default lets every client in that names none', () => {
  const users = createUsers({ password: '', readonlyUser: 'reader', readonlyPassword: 'p:q' });
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
  assert.deepEqual(users.authenticate({}, new URLSearchParams()), { name: 'default', isReadonly: false });
  assert.deepEqual(users.authenticate({ authorization: basic('reader:p:q') }, new URLSearchParams()), {
    name: 'reader',
    isReadonly: true,
  });
  assert.throws(() => users.authenticate({ authorization: basic('reader:p') }, new URLSearchParams()), { code: 516 });
  assert.throws(() => users.authenticate({}, new URLSearchParams({ user: '__proto__' })), { code: 516 });
});

test('slots are taken in turn, and given back once', async () => {
  const slots = createSlots(1);
  const order: string[] = [];
  const first = await slots.take();
  const waiting = ['second', 'third'].map(async (name) => {
    const giveBack = await slots.take();
    order.push(name);
    giveBack();
  });
  assert.deepEqual(order, []);
  first();
  first();
  await Promise.all(waiting);
  assert.deepEqual(order, ['second', 'third']);
  (await slots.take())();
});
