// OCPP 2.0.1, station to us: given a CALL, when it is handled, then this reply and these events.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeRecord } from '#contracts/codec';
import { guardOf } from '#contracts/ocpp';
import type { Handled, HandlerContext, Row } from '#services/gateway/domain/action';
import { actions201 } from '#services/gateway/ocpp2/actions201';
import { contextOf, now, token } from '../support.ts';

type Action = keyof typeof actions201;

function handled(action: Action, request: object, context: HandlerContext = contextOf()): Handled {
  assert.equal(guardOf('2.0.1', action, 'Request')?.(request), undefined);
  const result = (actions201[action] as unknown as Row<object>).handle(request, context);
  assert.equal(guardOf('2.0.1', action, 'Response')?.(result.reply), undefined);
  for (const event of result.events) encodeRecord(event.type, event as never);
  return result;
}

const typesOf = ({ events }: Handled): string[] => events.map(({ type }) => type);
const timestamp = '2026-11-25T10:00:00Z';
const meterValue = [
  { timestamp, sampledValue: [{ value: 1.5, context: 'Transaction.Begin', unitOfMeasure: { unit: 'kWh' } }] },
];
const started = {
  eventType: 'Started',
  timestamp,
  triggerReason: 'Authorized',
  seqNo: 0,
  transactionInfo: { transactionId: 'tx-1', chargingState: 'Charging', remoteStartId: 5 },
  evse: { id: 1, connectorId: 1 },
  idToken: { idToken: 'TAG1', type: 'ISO14443' },
  meterValue,
};

test('BootNotification is recorded with its reason', () => {
  const result = handled('BootNotification', {
    reason: 'PowerUp',
    chargingStation: { vendorName: 'V', model: 'M', serialNumber: 'S' },
  });
  const [event] = result.events;
  assert.ok(event?.type === 'StationBooted');
  assert.deepEqual([event.reason, event.vendor, event.serialNumber, result.accepts], ['PowerUp', 'V', 'S', true]);
});

test('a start is its decision, its fact, then its readings', () => {
  const result = handled('TransactionEvent', started, contextOf({ uid: 'TAG1', found: token() }));
  assert.deepEqual(typesOf(result), ['AuthorizationDecided', 'TransactionStarted', 'MeterValuesSampled']);
  assert.deepEqual(result.reply, { idTokenInfo: { status: 'Accepted' } });
  const [, fact, readings] = result.events;
  assert.ok(fact?.type === 'TransactionStarted' && readings?.type === 'MeterValuesSampled');
  assert.deepEqual(
    [fact.startKey, fact.transactionId, fact.remoteStartId, fact.offline, fact.seqNo],
    ['tx-1', 'tx-1', 5, false, 0],
  );
  assert.equal(readings.readings[0]?.energyImportMilliWh, 1_500_000);
  assert.equal(fact.meta.occurredAt, now);
});

test('an end comes after its readings', () => {
  const result = handled(
    'TransactionEvent',
    {
      ...started,
      eventType: 'Ended',
      triggerReason: 'StopAuthorized',
      transactionInfo: { transactionId: 'tx-1', stoppedReason: 'EVDisconnected' },
    },
    contextOf({ uid: 'TAG1' }),
  );
  assert.deepEqual(typesOf(result), ['AuthorizationDecided', 'MeterValuesSampled', 'TransactionEnded']);
  const ended = result.events[2];
  assert.ok(ended?.type === 'TransactionEnded' && ended.reason === 'EVDisconnected');
});

test('an update without token is answered with nothing and decides nothing', () => {
  const { idToken: _token, meterValue: _values, ...update } = started;
  const result = handled('TransactionEvent', {
    ...update,
    eventType: 'Updated',
    triggerReason: 'ChargingStateChanged',
    offline: true,
  });
  assert.deepEqual(typesOf(result), ['TransactionUpdated']);
  assert.deepEqual(result.reply, {});
});

test('a start by button names no token: it is accepted, decides nothing and hashes nothing', () => {
  const request = { ...started, idToken: { idToken: '', type: 'NoAuthorization' } };
  assert.equal((actions201.TransactionEvent.shows as (shown: object) => unknown)(request), undefined);
  const result = handled('TransactionEvent', request);
  assert.deepEqual(result.reply, { idTokenInfo: { status: 'Accepted' } });
  assert.deepEqual(typesOf(result), ['TransactionStarted', 'MeterValuesSampled']);
});

test('an Authorize by button shows no token either: it is accepted and kept, and nothing is decided', () => {
  const request = { idToken: { idToken: '', type: 'NoAuthorization' } };
  assert.equal((actions201.Authorize.shows as (shown: object) => unknown)(request), undefined);
  const result = handled('Authorize', request);
  assert.deepEqual(result.reply, { idTokenInfo: { status: 'Accepted' } });
  assert.deepEqual(typesOf(result), ['StationMessageRecorded']);
});

test('what 1.6 cannot say, 2.x is told: not at this location', () => {
  const result = handled(
    'Authorize',
    { idToken: { idToken: 'TAG1', type: 'ISO14443' } },
    contextOf({ uid: 'TAG1', found: token({ locationIds: ['elsewhere'] }) }),
  );
  assert.deepEqual(result.reply, { idTokenInfo: { status: 'NotAtThisLocation' } });
});

test('multipliers and signed values are kept: the number in its column, the evidence beside it', () => {
  const signedMeterValue = { signedMeterData: 'data', signingMethod: 'm', encodingMethod: 'e', publicKey: 'k' };
  const sampledValue = [{ value: 12.345, unitOfMeasure: { unit: 'Wh', multiplier: 3 }, signedMeterValue }];
  const [event] = handled('MeterValues', { evseId: 2, meterValue: [{ timestamp, sampledValue }] }).events;
  assert.ok(event?.type === 'MeterValuesSampled');
  const [reading] = event.readings;
  assert.equal(reading?.energyImportMilliWh, 12_345_000);
  assert.deepEqual(reading.others[0]?.signed?.publicKey, 'k');
});

test('a report part becomes variables; a secret never shows its value', () => {
  const part = (name: string, value: string) => ({
    component: { name: 'SecurityCtrlr' },
    variable: { name },
    variableAttribute: [{ value, mutability: 'ReadWrite' }],
  });
  const [event] = handled('NotifyReport', {
    requestId: 3,
    generatedAt: timestamp,
    seqNo: 0,
    tbc: true,
    reportData: [part('BasicAuthPassword', 'secret'), part('OrganizationName', 'org')],
  }).events;
  assert.ok(event?.type === 'VariablesReported');
  assert.deepEqual([event.requestId, event.part, event.last], [3, 0, false]);
  assert.deepEqual(
    event.variables.map(({ value }) => value),
    [null, 'org'],
  );
});
