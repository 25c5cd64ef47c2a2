import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConnectorStatus, ConnectorStatusChanged, Meta } from '#contracts/generated/types';
import { evseStatusFold, type StationStatus } from '#services/ocpi/domain/evse-status-fold';

const meta = (recordedAt: number, more: Partial<Meta> = {}): Meta => ({
  eventId: `e${recordedAt}`,
  tenantId: 'acme',
  stationId: 'S1',
  occurredAt: null,
  recordedAt,
  source: 'station',
  connectionEpoch: null,
  seq: null,
  ocppVersion: '1.6',
  messageId: 'm',
  traceparent: null,
  ...more,
});
const at = (offset: number) => ({ partition: 0, offset });

function connect(state: StationStatus | undefined, offset: number, eventId = `c${offset}`): StationStatus {
  const event = {
    meta: meta(offset, { eventId }),
    gatewayId: 'g',
    subprotocol: 'o',
    securityProfile: 1,
    remoteAddress: null,
  };
  return evseStatusFold.StationConnected(state, event, at(offset)).state;
}

type Said = {
  status: ConnectorStatus;
  evseId?: number;
  connectorId?: number;
  epoch: number | null;
  seq: number | null;
  recordedAt: number;
};

function told(
  state: StationStatus | undefined,
  { status, evseId = 1, connectorId = 1, epoch, seq, recordedAt }: Said,
): StationStatus {
  const rest = { errorCode: null, info: null, vendorId: null, vendorErrorCode: null };
  const event: ConnectorStatusChanged = {
    meta: meta(recordedAt, { connectionEpoch: epoch, seq }),
    evseId,
    connectorId,
    status,
    ...rest,
  };
  return evseStatusFold.ConnectorStatusChanged(state, event).state;
}

function ended(state: StationStatus, epoch: number, recordedAt: number): StationStatus {
  const event = { meta: meta(recordedAt, { connectionEpoch: epoch, seq: 99 }), cause: 'closed', closeCode: null };
  return evseStatusFold.StationDisconnected(state, event).state;
}

const shown = ({ evses }: StationStatus): string[] =>
  evses.map(({ evseId, status, lastUpdatedAt }) => `${evseId} ${status} ${lastUpdatedAt}`);

test('a status counts once, and only of the connection that lives', () => {
  let state = told(connect(undefined, 10), { status: 'Available', epoch: 10, seq: 0, recordedAt: 20 });
  assert.deepEqual(shown(state), ['1 AVAILABLE 20']);
  assert.equal(told(state, { status: 'Charging', epoch: 10, seq: 0, recordedAt: 21 }), state, 'applied already');
  state = connect(state, 30);
  assert.equal(told(state, { status: 'Charging', epoch: 10, seq: 1, recordedAt: 31 }), state, 'of an older connection');
  assert.equal(ended(state, 10, 32), state, 'the end of an older connection');
  state = told(state, { status: 'Charging', epoch: 30, seq: 0, recordedAt: 33 });
  assert.deepEqual(shown(state), ['1 CHARGING 33']);
});

test('a station that is away is unknown, and what it had told stands again when it is back', () => {
  let state = told(connect(undefined, 10), { status: 'Faulted', epoch: 10, seq: 0, recordedAt: 20 });
  state = ended(state, 10, 25);
  assert.deepEqual(shown(state), ['1 UNKNOWN 25']);
  state = connect(state, 30);
  assert.deepEqual(shown(state), ['1 OUTOFORDER 30']);
});

test('a connection that was recorded twice is one connection', () => {
  let state = connect(connect(undefined, 10, 'c'), 11, 'c');
  state = told(state, { status: 'Available', epoch: 11, seq: 0, recordedAt: 20 });
  assert.equal(told(state, { status: 'Charging', epoch: 10, seq: 0, recordedAt: 21 }), state);
  assert.deepEqual(shown(told(state, { status: 'Charging', epoch: 10, seq: 1, recordedAt: 22 })), ['1 CHARGING 22']);
});

test('an EVSE is in use when one of its connectors is; the station itself stops them all', () => {
  let state = connect(undefined, 10);
  const say = (status: ConnectorStatus, evseId: number, connectorId: number, seq: number): void => {
    state = told(state, { status, evseId, connectorId, epoch: 10, seq, recordedAt: 20 + seq });
  };
  say('Available', 1, 1, 0);
  say('Charging', 1, 2, 1);
  say('Reserved', 2, 1, 2);
  assert.deepEqual(shown(state), ['1 CHARGING 21', '2 RESERVED 22']);
  say('Available', 1, 2, 3);
  assert.deepEqual(shown(state), ['1 AVAILABLE 23', '2 RESERVED 22']);
  say('Unavailable', 0, 0, 4);
  assert.deepEqual(shown(state), ['1 INOPERATIVE 24', '2 INOPERATIVE 24']);
  say('Available', 0, 0, 5);
  say('Faulted', 2, 0, 6);
  assert.deepEqual(shown(state), ['1 AVAILABLE 25', '2 OUTOFORDER 26']);
});

test('a change is later than the one before, though a gateway’s clock is behind', () => {
  let state = told(connect(undefined, 10), { status: 'Available', epoch: 10, seq: 0, recordedAt: 500 });
  state = told(state, { status: 'Charging', epoch: 10, seq: 1, recordedAt: 400 });
  assert.deepEqual(shown(state), ['1 CHARGING 501']);
});
