import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare, wantedIn, type ActualVariable } from '#services/stations/domain/configuration-drift';

const told = (variable: string, value: string | null, more: Partial<ActualVariable> = {}): ActualVariable => ({
  component: '',
  componentInstance: '',
  evseId: 0,
  connectorId: 0,
  variable,
  variableInstance: '',
  value,
  dataType: null,
  reportedAtMs: 5,
  ...more,
});
const stateOf = (wanted: string, actual: string | null, dataType: string | null = null) =>
  compare([{ variable: 'V', value: wanted }], [told('V', actual, { dataType })])[0]?.state;

test('values that mean the same are the same, however a station writes them', () => {
  assert.equal(stateOf('true', 'True'), 'same');
  assert.equal(stateOf('60', '60.0'), 'same');
  assert.equal(stateOf('60', ' 060 '), 'same');
  assert.equal(stateOf('-0', '0'), 'same');
  assert.equal(stateOf('a,b', 'b, a'), 'same');
  assert.equal(stateOf('12345678901234567890', '12345678901234567891'), 'different', 'no float rounds them together');
});

test('values that mean something else are not', () => {
  assert.equal(stateOf('true', 'false'), 'different');
  assert.equal(stateOf('60', '600'), 'different');
  assert.equal(stateOf('-60', '60'), 'different');
  assert.equal(stateOf('a,b', 'a'), 'different');
  assert.equal(stateOf('a,b', 'b,a', 'SequenceList'), 'different');
  assert.equal(stateOf('Name', 'name'), 'different', 'a text has its case');
});

test('what was never reported, or cannot be read, is unknown', () => {
  assert.equal(stateOf('1', null), 'unknown');
  assert.equal(compare([{ variable: 'W', value: '1' }], [told('V', '1')])[0]?.state, 'unknown');
});

test('names have no case, but places', () => {
  const wanted = [{ component: 'OCPPCommCtrlr', variable: 'HeartbeatInterval', value: '60' }];
  assert.equal(compare(wanted, [told('heartbeatinterval', '60', { component: 'ocppcommctrlr' })])[0]?.state, 'same');
  assert.equal(compare(wanted, [told('HeartbeatInterval', '60')])[0]?.state, 'unknown');
  assert.equal(
    compare(wanted, [told('HeartbeatInterval', '60', { component: 'OCPPCommCtrlr', evseId: 1 })])[0]?.state,
    'unknown',
  );
});

test('a 1.6 station is measured by keys, a 2.x station by variables of components', () => {
  const key = { variable: 'HeartbeatInterval', value: '60' };
  const variable = { component: 'OCPPCommCtrlr', ...key };
  assert.deepEqual(wantedIn('ocpp1.6', [key, variable]), [key]);
  assert.deepEqual(wantedIn('ocpp2.0.1', [key, variable]), [variable]);
  assert.deepEqual(wantedIn('ocpp2.1', [key, variable]), [variable]);
});
