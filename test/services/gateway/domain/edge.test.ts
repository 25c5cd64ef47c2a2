// What comes before the first frame: address, credentials, version, pace; and timestamps.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { basicCredentialsOf, passwordForms } from '#services/gateway/domain/basic-auth';
import { Pace, callsWorth } from '#services/gateway/domain/pace';
import { negotiate } from '#services/gateway/domain/subprotocol';
import { parseTimestamp } from '#services/gateway/domain/timestamps';
import { addressOf } from '#services/gateway/domain/url';

test('Q9: stations are addressed with and without tenant, as their firmware writes URLs', () => {
  const cases: readonly [string, string, string][] = [
    ['/ocpp/CS-001', 'default', 'CS-001'],
    ['/ocpp/acme/CS-001', 'acme', 'CS-001'],
    ['/ocpp/RDAM%20123', 'default', 'RDAM 123'],
    ['/ocpp/RDAM%7C123', 'default', 'RDAM|123'],
    ['//ocpp//CS-001/', 'default', 'CS-001'],
    ['ws://csms.example/ocpp/CS-001', 'default', 'CS-001'],
    ['/ws://csms.example:9000/ocpp/CS-001', 'default', 'CS-001'],
    ['http://csms.example/ocpp/acme/CS-001', 'acme', 'CS-001'],
    ['/ocpp/1.6/CS-001', 'default', 'CS-001'],
    ['/ocpp/ocpp2.0.1/acme/CS-001', 'acme', 'CS-001'],
    [`/ocpp/${'x'.repeat(48)}`, 'default', 'x'.repeat(48)],
    // The whole URL behind the path that it was given, plain, half normalised by a proxy, or encoded.
    ['/ocpp/ws://csms.example:9000/ocpp/CS-001', 'default', 'CS-001'],
    ['/ocpp/wss:/csms.example/ocpp/acme/CS-001', 'acme', 'CS-001'],
    ['/ws%3A%2F%2Fcsms.example%2Focpp%2FCS-001', 'default', 'CS-001'],
    ['/ocpp/CS-001/CS-001', 'default', 'CS-001'],
    ['/ocpp/acme/acme', 'acme', 'acme'],
    ['/ocppCS-001', 'default', 'CS-001'],
    ['/ocpp2.0.1/CS-001', 'default', 'CS-001'],
  ];
  for (const [url, tenantId, stationId] of cases) assert.deepEqual(addressOf(url), { tenantId, stationId }, url);
});

test('URLs that name no well-formed identity are refused', () => {
  for (const url of [
    '/',
    '/ocpp',
    '/ocpp/',
    '/other/CS-001',
    '/ocppacme/CS-001',
    '/ocpp2.0.1',
    '/ocpp/CS-001/CS-002',
    '/ws%3A%2F%2Fcsms.example%2Focpp%2F%E0%A4%A',
    '/ocpp/a/b/c',
    '/ocpp/..%2f..%2fetc',
    '/ocpp/CS%00',
    '/ocpp/CS:1',
    '/ocpp/%E0%A4%A',
    '/ocpp/ACME/CS-001',
    '/ocpp/CS-001?x=1',
    `/ocpp/${'x'.repeat(49)}`,
    `/ocpp/${'x'.repeat(600)}`,
  ]) {
    assert.equal(addressOf(url), undefined, url);
  }
});

test('Basic credentials split at the first colon and keep the password as bytes', () => {
  const basic = (bytes: Buffer): string => `Basic ${bytes.toString('base64')}`;
  assert.deepEqual(basicCredentialsOf(basic(Buffer.from('CS-001:a:b'))), {
    user: 'CS-001',
    password: Buffer.from('a:b'),
  });
  const key = Buffer.from('0001020304050607ffffffffffffffffffffffff', 'hex');
  assert.deepEqual(basicCredentialsOf(basic(Buffer.concat([Buffer.from('AL1000:'), key])))?.password, key);
  for (const none of ['', 'Bearer x', 'Basic', 'Basic !!', basic(Buffer.from('no-colon'))])
    assert.equal(basicCredentialsOf(none), undefined, none);
});

test('a 40-digit hex password is also tried as the key it spells, other text is not', () => {
  assert.equal(passwordForms(Buffer.from('0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF')).length, 2);
  assert.equal(passwordForms(Buffer.from('a password of words')).length, 1);
});

test('the client prefers a version, we take its first that we offer', () => {
  assert.deepEqual(negotiate('ocpp2.0.1, ocpp1.6', null), { subprotocol: 'ocpp2.0.1', version: '2.0.1', echo: true });
  assert.deepEqual(negotiate('ocpp1.6,ocpp2.0.1', null)?.version, '1.6');
  assert.deepEqual(negotiate('ocpp2.1,ocpp2.0.1', null), { subprotocol: 'ocpp2.1', version: '2.1', echo: true });
  assert.deepEqual(negotiate('', 'ocpp2.1')?.version, '2.1');
  assert.deepEqual(negotiate('ocpp2.2, ocpp1.5, OCPP1.6', null), {
    subprotocol: 'OCPP1.6',
    version: '1.6',
    echo: true,
  });
  for (const none of ['ocpp1.5', 'soap', 'ocpp2.0', 'toString'])
    assert.equal(negotiate(none, 'ocpp1.6'), undefined, none);
});

test('a station that names no version gets the one that the registry allows it, or none', () => {
  assert.deepEqual(negotiate('', 'ocpp1.6'), { subprotocol: 'ocpp1.6', version: '1.6', echo: false });
  assert.equal(negotiate('', null), undefined);
  assert.equal(negotiate(' , ', 'nonsense'), undefined);
});

test('calls within the rate do not wait, those above are paced, and time heals', () => {
  const pace = new Pace(10, 3, 0);
  assert.deepEqual([pace.take(0), pace.take(0), pace.take(0)], [0, 0, 0]);
  assert.equal(pace.take(0), 100);
  assert.equal(pace.take(0), 200);
  assert.equal(pace.take(10_000), 0);
});

test('a frame counts for one CALL, and for one more with every 8 KiB', () => {
  const worth = [0, 8 * 1024 - 1, 8 * 1024, 256 * 1024].map((chars) => callsWorth('x'.repeat(chars)));
  assert.deepEqual(worth, [1, 1, 2, 33]);
  const pace = new Pace(10, 3, 0);
  assert.deepEqual([pace.take(0, 3), pace.take(0, 3)], [0, 300]);
});

test('timestamps are read with fractions, offsets, spaces and without zone; the impossible is unreadable', () => {
  const noon = Date.UTC(2026, 10, 25, 12);
  for (const text of [
    '2026-11-25T12:00:00Z',
    '2026-11-25T12:00:00.000Z',
    '2026-11-25T14:00:00+02:00',
    '2026-11-25T14:00:00+02',
    '2026-11-25T14:00:00+0200',
    '2026-11-25T07:00:00-05:00',
    '2026-11-25 12:00:00',
    '2026-11-25T12:00:00',
    '2026-11-25T12:00',
    ' 2026-11-25T12:00:00Z ',
  ]) {
    assert.equal(parseTimestamp(text), noon, text);
  }
  for (const text of [
    undefined,
    '',
    'x',
    '222222017-10-27T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '1969-12-31T23:59:59Z',
    '2100-01-01T00:00:00Z',
  ]) {
    assert.equal(parseTimestamp(text), null, text);
  }
  assert.equal(parseTimestamp('1970-01-01T00:00:00Z'), 0);
});
