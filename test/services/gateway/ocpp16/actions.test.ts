// OCPP 1.6J, station to us: given a CALL, when it is handled, then this reply and these events.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeRecord } from '#contracts/codec';
import { isNilUuid, transactionIdOf } from '#contracts/keys';
import { guardOf } from '#contracts/ocpp';
import type { Handled, HandlerContext, Row } from '#services/gateway/domain/action';
import { actions16 } from '#services/gateway/ocpp16/actions';
import { contextOf, now, tenantKey, token } from '../support.ts';
import { tokenRefOf } from '#contracts/keys';

type Action = keyof typeof actions16;

/** Handles a valid request; reply and events must be valid too. */
function handled(action: Action, request: object, context: HandlerContext = contextOf()): Handled {
  assert.equal(guardOf('1.6', action, 'Request')?.(request), undefined);
  const result = (actions16[action] as unknown as Row<object>).handle(request, context);
  assert.equal(guardOf('1.6', action, 'Response')?.(result.reply), undefined);
  for (const event of result.events) encodeRecord(event.type, event as never);
  return result;
}

const typesOf = ({ events }: Handled): string[] => events.map(({ type }) => type);
const startRequest = { connectorId: 1, idTag: 'TAG1', meterStart: 1000, timestamp: '2026-11-25T10:00:00Z' };

test('BootNotification is accepted by policy, with a jittered interval, and recorded', () => {
  const request = { chargePointVendor: 'Vendor', chargePointModel: 'Model', firmwareVersion: '1.0' };
  const result = handled('BootNotification', request);
  const { interval } = result.reply as { interval: number };
  assert.ok(interval !== 300 && interval >= 270 && interval <= 330, `${interval}`);
  assert.deepEqual(result.reply, { status: 'Accepted', currentTime: '2026-11-25T10:00:00.000Z', interval });
  assert.deepEqual(handled('BootNotification', request).reply, result.reply, 'the same for the same connection');
  assert.deepEqual(typesOf(result), ['StationBooted']);
  assert.equal(result.accepts, true);
  for (const [bootPolicy, status, accepts] of [
    ['pending', 'Pending', undefined],
    ['reject', 'Rejected', false],
  ] as const) {
    const refused = handled('BootNotification', request, contextOf({ station: { bootPolicy } }));
    assert.equal((refused.reply as { status: string }).status, status);
    assert.equal(refused.accepts, accepts);
  }
});

test('a Heartbeat is no fact: our time at once', () => {
  assert.deepEqual(handled('Heartbeat', {}), { reply: { currentTime: '2026-11-25T10:00:00.000Z' }, events: [] });
});

test('connector n is EVSE n, 0 the station, unless the registry maps it', () => {
  const request = { connectorId: 2, errorCode: 'NoError', status: 'Charging', timestamp: '2026-11-25T09:59:59Z' };
  const place = (context?: HandlerContext, connectorId = 2) => {
    const [event] = handled('StatusNotification', { ...request, connectorId }, context).events;
    assert.ok(event?.type === 'ConnectorStatusChanged');
    return [event.evseId, event.connectorId, event.errorCode, event.meta.occurredAt];
  };
  assert.deepEqual(place(), [2, 1, null, now - 1000]);
  assert.deepEqual(place(undefined, 0), [0, 0, null, now - 1000]);
  const connectorMap = [{ reportedConnectorId: 2, evseId: 1, connectorId: 2 }];
  assert.deepEqual(place(contextOf({ station: { connectorMap } })), [1, 2, null, now - 1000]);
});

test('a card is judged by status, expiry and place, on both sides of each border', () => {
  const status = (found: Parameters<typeof token>[0] | undefined, locationId: string | null = 'loc-1'): string => {
    const context = contextOf({
      uid: 'TAG1',
      station: { locationId },
      ...(found === undefined ? {} : { found: token(found) }),
    });
    return (handled('Authorize', { idTag: 'TAG1' }, context).reply as { idTagInfo: { status: string } }).idTagInfo
      .status;
  };
  assert.equal(status(undefined), 'Invalid');
  assert.equal(status({}), 'Accepted');
  assert.equal(status({ status: 'Blocked' }), 'Blocked');
  assert.equal(status({ expiresAt: now + 1 }), 'Accepted');
  assert.equal(status({ expiresAt: now }), 'Expired');
  assert.equal(status({ locationIds: ['loc-1'] }), 'Accepted');
  assert.equal(status({ locationIds: ['loc-2'] }), 'Invalid');
  assert.equal(status({ locationIds: ['loc-1'] }, null), 'Invalid');
});

test('a decision is recorded by tokenRef, never by uid', () => {
  const result = handled('Authorize', { idTag: 'TAG1' }, contextOf({ uid: 'TAG1' }));
  const [event] = result.events;
  assert.ok(event?.type === 'AuthorizationDecided');
  assert.equal(event.tokenRef, tokenRefOf(tenantKey, 'Unknown', 'TAG1'));
  assert.ok(!JSON.stringify(result.events).includes('TAG1'));
});

test('a start gets an id made of the message, the same for a repeat, and events in their order', () => {
  const result = handled('StartTransaction', startRequest, contextOf({ uid: 'TAG1', found: token() }));
  const { transactionId } = result.reply as { transactionId: number };
  const tokenRef = tokenRefOf(tenantKey, 'Unknown', 'TAG1');
  assert.equal(
    transactionId,
    transactionIdOf({
      tenantId: 'default',
      stationId: 'CS-001',
      connectorId: 1,
      timestamp: startRequest.timestamp,
      meterStart: '1000',
      tokenRef,
    }),
  );
  assert.deepEqual(
    handled('StartTransaction', startRequest, contextOf({ uid: 'TAG1', found: token() })).reply,
    result.reply,
  );
  assert.deepEqual(typesOf(result), ['AuthorizationDecided', 'TransactionStarted']);
  const started = result.events[1];
  assert.ok(started?.type === 'TransactionStarted');
  assert.equal(started.meterStartMilliWh, 1_000_000);
  assert.equal(started.meta.occurredAt, now);
  assert.deepEqual(
    result.events.map(({ meta }) => meta.seq),
    [0, 1],
  );
});

test('a start that is refused still gets its id and is recorded', () => {
  const result = handled(
    'StartTransaction',
    startRequest,
    contextOf({ uid: 'TAG1', found: token({ status: 'Blocked' }) }),
  );
  const reply = result.reply as { transactionId: number; idTagInfo: { status: string } };
  assert.ok(reply.transactionId > 0);
  assert.equal(reply.idTagInfo.status, 'Blocked');
  assert.deepEqual(typesOf(result), ['AuthorizationDecided', 'TransactionStarted']);
});

test('a stop is never refused: its readings come before the end, an unknown or -1 transaction too', () => {
  const stop = { meterStop: 5000, timestamp: '2026-11-25T11:00:00Z', transactionId: -1 };
  const bare = handled('StopTransaction', stop);
  assert.deepEqual(bare.reply, {});
  assert.deepEqual(typesOf(bare), ['TransactionEnded']);
  const ended = bare.events[0];
  assert.ok(ended?.type === 'TransactionEnded');
  assert.deepEqual([ended.reason, ended.meterStopMilliWh, isNilUuid(ended.reportedId)], ['Local', 5_000_000, true]);
  const transactionData = [{ timestamp: stop.timestamp, sampledValue: [{ value: '5000' }] }];
  const full = handled(
    'StopTransaction',
    { ...stop, transactionId: 7, idTag: 'TAG1', transactionData, reason: 'EVDisconnected' },
    contextOf({ uid: 'TAG1', found: token() }),
  );
  assert.deepEqual(typesOf(full), ['MeterValuesSampled', 'TransactionEnded']);
  assert.deepEqual(full.reply, { idTagInfo: { status: 'Accepted' } });
});

test('sampled values become columns by measurand, phase and unit, and nothing of them is lost', () => {
  const sampledValue = [
    { value: '1234.567' },
    { value: '7.4', measurand: 'Power.Active.Import', unit: 'kW' },
    { value: '16.1', measurand: 'Current.Import', phase: 'L1', unit: 'A' },
    { value: '230.2', measurand: 'Voltage', phase: 'L1-N', unit: 'V' },
    { value: '55', measurand: 'SoC', unit: 'Percent', location: 'EV' },
    { value: '31.5', measurand: 'Temperature', unit: 'Celsius', location: 'Body' },
    { value: '9', measurand: 'Power.Active.Import', unit: 'kW' },
    { value: 'not a number', measurand: 'Frequency' },
    { value: 'OCMF|x', format: 'SignedData' },
    { value: '1', context: 'Transaction.Begin' },
  ];
  const [event] = handled('MeterValues', {
    connectorId: 1,
    transactionId: 9,
    meterValue: [{ timestamp: '2026-11-25T10:00:00Z', sampledValue }],
  }).events;
  assert.ok(event?.type === 'MeterValuesSampled');
  const [reading, begin] = event.readings;
  assert.ok(reading !== undefined && begin !== undefined);
  assert.equal(reading.energyImportMilliWh, 1_234_567);
  assert.equal(reading.powerImportMilliW, 7_400_000);
  assert.equal(reading.currentL1MilliA, 16_100);
  assert.equal(reading.voltageL1MilliV, 230_200);
  assert.equal(reading.socDeciPercent, 550);
  assert.deepEqual(
    reading.others.map(({ measurand, valueMilli, text, signed }) => [measurand, valueMilli, text, signed?.data]),
    [
      ['Temperature', 31_500, null, undefined],
      ['Power.Active.Import', 9_000_000, null, undefined],
      ['Frequency', null, 'not a number', undefined],
      ['Energy.Active.Import.Register', null, null, 'OCMF|x'],
    ],
  );
  assert.deepEqual([begin.context, begin.energyImportMilliWh], ['Transaction.Begin', 1000]);
});
