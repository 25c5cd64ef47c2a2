// A raw CALL: given the version that the station spoke last, it is sent or refused by its path.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rawCallFault } from '#services/stations/raw-call';

const clearCache = { action: 'ClearCache', payload: {} };

test('a valid CALL of the version is taken, whatever the case of the subprotocol', () => {
  for (const subprotocol of ['ocpp1.6', 'OCPP2.0.1', 'ocpp2.1'])
    assert.equal(rawCallFault(clearCache, subprotocol), undefined);
});

test('a station that never connected has no version to check by: a conflict', () => {
  for (const subprotocol of [undefined, '', 'ocpp1.5'])
    assert.equal(rawCallFault(clearCache, subprotocol)?.status, 409);
});

test('an action that is unknown, of another version or goes to us is refused by name', () => {
  for (const [action, subprotocol] of [
    ['Explode', 'ocpp1.6'],
    ['toString', 'ocpp1.6'],
    ['GetVariables', 'ocpp1.6'],
    ['ChangeConfiguration', 'ocpp2.0.1'],
    ['GetTariffs', 'ocpp2.0.1'],
    ['Heartbeat', 'ocpp2.1'],
  ] as const) {
    const fault = rawCallFault({ action, payload: {} }, subprotocol);
    assert.equal(fault?.status, 400, action);
    assert.deepEqual(
      fault?.violations?.map(({ path }) => path),
      ['body/parameters/action'],
    );
  }
  assert.equal(rawCallFault({ action: 'GetTariffs', payload: { evseId: 0 } }, 'ocpp2.1'), undefined);
});

test('a payload that the schema refuses is refused by its path', () => {
  const pathOf = (action: string, payload: object, subprotocol: string) =>
    rawCallFault({ action, payload }, subprotocol)?.violations?.[0]?.path;
  assert.equal(pathOf('Reset', { type: 'Maybe' }, 'ocpp1.6'), 'body/parameters/payload/type');
  assert.equal(pathOf('Reset', {}, 'ocpp1.6'), 'body/parameters/payload');
  const data = { setVariableData: [{ attributeValue: 1, component: { name: 'C' }, variable: { name: 'V' } }] };
  assert.equal(pathOf('SetVariables', data, 'ocpp2.0.1'), 'body/parameters/payload/setVariableData/0/attributeValue');
});
