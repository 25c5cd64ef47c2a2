import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalToken, uidRules, type UidRule } from '#services/gateway/domain/uid-rules';
import type { Device } from '#services/gateway/domain/models';
import { gatewayConfig } from '#services/gateway/config';

const acme: Device = { vendor: 'Acme', model: 'X1', firmware: null };
const nobody: Device = { vendor: null, model: null, firmware: null };
const rule = (...steps: UidRule['steps']): UidRule[] => [{ device: { vendor: /^acme/i }, steps }];
const uidOf = (uid: string, rules: readonly UidRule[], device = acme, type = 'Unknown') =>
  normalToken({ uid, type }, device, rules).uid;

test('a card is written as everywhere else: bytes turned around, filling and separators taken away', () => {
  assert.equal(uidOf('C3B2A104', rule('bytes-reversed')), '04A1B2C3');
  assert.equal(uidOf('04:A1:B2:C3', rule('without-separators')), '04A1B2C3');
  assert.equal(uidOf('0000000004A1B2C3', rule('without-leading-zeros')), '04A1B2C3');
  assert.equal(uidOf('04A1B2C30000', rule('without-trailing-zeros')), '04A1B2C3');
  assert.equal(
    uidOf(' c3-b2-a1-04-00 ', rule('without-separators', 'bytes-reversed', 'without-leading-zeros')),
    '04a1b2c3',
  );
});

test('what would be no uid any more, or never was a number, stays', () => {
  assert.equal(uidOf('0000', rule('without-leading-zeros')), '00');
  assert.equal(uidOf('0000', rule('without-trailing-zeros')), '00');
  for (const uid of ['ABC', 'FLEET-7', 'DRIVER:1', '']) assert.equal(uidOf(uid, rule('bytes-reversed')), uid);
  assert.equal(uidOf('FLEET-7', rule('without-separators')), 'FLEET-7');
});

test('a rule is for the stations that it means, and for cards alone', () => {
  assert.equal(uidOf('C3B2A104', rule('bytes-reversed'), nobody), 'C3B2A104');
  assert.equal(uidOf('C3B2A104', rule('bytes-reversed'), { ...acme, vendor: 'Other' }), 'C3B2A104');
  for (const type of ['KeyCode', 'eMAID', 'VIN', 'EVCCID'])
    assert.equal(uidOf('C3B2A104', rule('bytes-reversed'), acme, type), 'C3B2A104', type);
  const [first, second] = [rule('bytes-reversed'), rule('without-separators')];
  assert.equal(uidOf('C3B2A104', [...first, ...second]), '04A1B2C3', 'the first that means it');
});

test('a vehicle is its address, in 1.6 behind VID:, in 2.x by its type', () => {
  const vehicle = { uid: '00B052A1C2D3', type: 'MacAddress' };
  assert.deepEqual(normalToken({ uid: 'VID:00b052a1c2d3', type: 'Unknown' }, acme, rule('bytes-reversed')), vehicle);
  assert.deepEqual(normalToken({ uid: '00:b0:52:a1:c2:d3', type: 'MacAddress' }, nobody, []), vehicle);
  assert.equal(normalToken({ uid: 'VID:unreadable', type: 'Unknown' }, nobody, []).type, 'Unknown');
});

test('a station known for it is in the table', () => {
  assert.equal(uidOf('04A1B2C30000', uidRules, { vendor: 'SmartEVSE', model: null, firmware: null }), '04A1B2C3');
  assert.equal(uidOf('04A1B2C30000', uidRules), '04A1B2C30000');
});

test('operators add rules, which come first; a rule that says nothing is refused with its reason', () => {
  const configOf = (rules: unknown) => gatewayConfig({ UID_RULES: JSON.stringify(rules) }).uidRules;
  const added = configOf([{ vendor: '^smartevse', steps: ['bytes-reversed'] }]);
  assert.equal(uidOf('04A1', added, { vendor: 'SmartEVSE', model: null, firmware: null }), 'A104');
  for (const wrong of [
    {},
    [{ steps: [] }],
    [{ vendor: 'a' }],
    [{ vendor: 'a', steps: ['guess'] }],
    [{ vendor: '(', steps: [] }],
  ])
    assert.throws(() => configOf(wrong), /UID_RULES/, JSON.stringify(wrong));
  assert.throws(() => gatewayConfig({ UID_RULES: 'no json' }), /UID_RULES/);
});
