// Each check of verify, seen green on a true log and red on one that lost, doubled, changed or reordered something.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyRecord } from '#contracts/codec';
import type { CdrIssued, Meta } from '#contracts/generated/types';
import type { PlatformSession } from '#load-tests/fleet/audit-sessions';
import type { FleetModel, ModelSession } from '#load-tests/fleet/model';
import { plainTariff } from '#load-tests/faults/plain-tariff';
import { checkAcknowledged } from '#load-tests/faults/verify/acknowledged';
import { checkBills } from '#load-tests/faults/verify/bills';
import { checkCalls } from '#load-tests/faults/verify/calls';
import { checkSessions } from '#load-tests/faults/verify/effects';
import { checkOrder } from '#load-tests/faults/verify/order';
import { priceOf } from '#load-tests/faults/verify/price';
import { type LoggedEvent, stationLogs } from '#load-tests/faults/verify/station-log';
import { renderChecks } from '#load-tests/faults/verify/verdict';

const startedAtMs = 1_000;
const readAtMs = 2_000;
const endedAtMs = 3_000;

const session: ModelSession = {
  key: 'S/1/1000',
  stationId: 'S',
  version: '1.6',
  evseId: 1,
  startedAtMs,
  meterStartMilliWh: 5_000,
  transactionId: '7',
  start: 'acknowledged',
  end: 'acknowledged',
  endedAtMs,
  meterStopMilliWh: 25_000,
  readings: 1,
  factsAtMs: [readAtMs],
};
const model: FleetModel = { sinceMs: 0, sessions: new Map([[session.key, session]]) };

const found: PlatformSession = {
  sessionId: 'id',
  stationId: 'S',
  transactionId: '7',
  state: 'ended',
  startedAt: new Date(startedAtMs).toISOString(),
  endedAt: new Date(endedAtMs).toISOString(),
  meterStartMilliWh: 5_000,
  meterStopMilliWh: 25_000,
  energyMilliWh: 20_000,
};

/** Only what the checks read stands in these events. */
function event(type: string, seq: number, occurredAt: number, more: object = {}): AnyRecord {
  const meta: Partial<Meta> = { tenantId: 'default', stationId: 'S', occurredAt, connectionEpoch: 10, seq };
  return { type, meta, ...more } as unknown as AnyRecord;
}

const start = event('TransactionStarted', 0, startedAtMs);
const reading = event('MeterValuesSampled', 1, readAtMs, { readings: [{ sampledAt: readAtMs }] });
const end = event('TransactionEnded', 2, endedAtMs);

function logged(...records: readonly AnyRecord[]): LoggedEvent[] {
  return records.map((record, offset) => ({ partition: 0, offset, record }));
}

test('what was acknowledged and is in the log violates nothing; each thing that is not is named', () => {
  const check = (...records: readonly AnyRecord[]) => checkAcknowledged(model, stationLogs(logged(...records)));
  assert.deepEqual(check(start, reading, end), { invariant: 'I1', checked: 3, violations: [] });
  for (const rest of [[reading, end], [start, end], [start, reading], []]) {
    const { violations } = check(...rest);
    assert.equal(violations.length, 3 - rest.length);
    for (const { hop, subject } of violations) assert.deepEqual([hop, subject], ['gateway → log', session.key]);
  }
});

test('what was only offered may be missing', () => {
  const offered: ModelSession = { ...session, start: 'offered', end: 'offered', factsAtMs: [] };
  const check = checkAcknowledged({ sinceMs: 0, sessions: new Map([[offered.key, offered]]) }, new Map());
  assert.deepEqual(check, { invariant: 'I1', checked: 0, violations: [] });
});

test('the log keeps the order of a connection; a repeated record is no disorder, a late one is', () => {
  const check = (...records: readonly AnyRecord[]): number => {
    const events = logged(...records);
    return checkOrder(model, events, stationLogs(events)).violations.length;
  };
  assert.equal(check(start, reading, end), 0);
  assert.equal(check(start, reading, start, reading, end), 0);
  // Once by the connection's numbers, once by the session's own course.
  assert.equal(check(reading, start, end), 2);
  const renumbered = event('TransactionStarted', 1, startedAtMs);
  assert.equal(
    check(event('MeterValuesSampled', 0, readAtMs, { readings: [{ sampledAt: readAtMs }] }), renumbered, end),
    1,
  );
});

test('one session per start with the energy of the station; a loss is named by the hop that lost it', () => {
  const logs = stationLogs(logged(start, reading, end));
  const fine = checkSessions(model, [found], logs);
  assert.deepEqual(fine.violations, []);
  assert.equal(fine.energyMilliWh, fine.energyFoundMilliWh);
  const hopsOf = (rows: readonly PlatformSession[], at = logs): string[] =>
    checkSessions(model, rows, at).violations.map(({ hop, subject }) => `${hop} ${subject}`);
  assert.deepEqual(hopsOf([]), ['log → sessions S/1/1000 (missing)']);
  assert.deepEqual(hopsOf([], stationLogs([])), ['gateway → log S/1/1000 (missing)']);
  assert.deepEqual(hopsOf([found, { ...found, sessionId: 'other' }]), ['log → sessions S/1/1000 (doubled)']);
  assert.deepEqual(hopsOf([{ ...found, energyMilliWh: 20_001 }]), ['log → sessions S/1/1000 (energy-differs)']);
  assert.deepEqual(hopsOf([found, { ...found, sessionId: 'x', stationId: 'T' }]), ['log → sessions x (invented)']);
});

test('a price is rounded once, half up, from the exact sum', () => {
  const tariff = { flatTenThousandths: 0n, perKwhTenThousandths: 10_000n, vatPercent: 19n };
  // 0.004999 and 0.005 of the currency, before VAT.
  assert.equal(priceOf(tariff, 4_999n).exclVat, '0.00');
  assert.deepEqual(priceOf(tariff, 5_000n), { exclVat: '0.01', vat: '0.00', inclVat: '0.01' });
  // VAT is of the exact sum: 19 % of 0.30 is 0.057.
  assert.deepEqual(priceOf(tariff, 300_000n), { exclVat: '0.30', vat: '0.06', inclVat: '0.36' });
  // 0.35 + 0.02 kWh at 0.4937: 0.359874 and 0.06837606.
  assert.deepEqual(priceOf(plainTariff, 20_000n), { exclVat: '0.36', vat: '0.07', inclVat: '0.43' });
});

test('one CDR per ended session, exact to the cent; repeats of it are no second one', () => {
  const issued = (given: Partial<CdrIssued> = {}): AnyRecord => {
    const totals = { totalExclVat: '0.36', totalVat: '0.07', totalInclVat: '0.43' };
    return { type: 'CdrIssued', cdrId: 'c', sessionId: 'id', energyMilliWh: 20_000, ...totals, ...given } as AnyRecord;
  };
  const count = (...decisions: readonly AnyRecord[]): number =>
    checkBills(model, [found], { decisions: logged(...decisions), tariff: plainTariff }).violations.length;
  assert.equal(count(issued()), 0);
  assert.equal(count(issued(), issued()), 0);
  assert.equal(count(), 1);
  assert.equal(count(issued(), issued({ cdrId: 'd' })), 1);
  assert.equal(count(issued({ totalInclVat: '0.44' })), 1);
  assert.equal(count(issued({ energyMilliWh: 20_001 })), 1);
  assert.equal(count(issued(), issued({ cdrId: 'd', sessionId: 'nobody' })), 1);
  assert.equal(count(issued(), issued({ totalInclVat: '0.44' })), 1);
});

test('every call has an end, and no transaction message is given up', () => {
  const report = { callsSent: 10, acknowledged: 6, callErrors: 1, timeouts: 1, lost: 2, dropped: 0 };
  const full = { ...report, sessionsStarted: 1, sessionsEnded: 1, queued: 0 };
  assert.deepEqual(checkCalls(full).violations, []);
  assert.equal(checkCalls({ ...full, acknowledged: 5 }).violations.length, 1);
  assert.equal(checkCalls({ ...full, dropped: 1 }).violations.length, 1);
});

test('the table names each invariant, and shows only the first of many violations', () => {
  const violation = { invariant: 'I1', hop: 'a → b', subject: 's', expected: 'x', found: 'y' } as const;
  const text = renderChecks([
    { invariant: 'I1', checked: 30, violations: Array.from({ length: 12 }, () => violation) },
    { invariant: 'I7', checked: 5, violations: [] },
  ]);
  assert.match(text, /^NO {2}I1 .*30 checked, 12 violations/);
  assert.match(text, /… and 2 more/);
  assert.match(text, /ok {2}I7 /);
});
