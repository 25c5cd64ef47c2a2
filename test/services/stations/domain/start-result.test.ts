// What a remote start came to: both sides of each border, and what a station's starts are kept as.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sessionIdOf } from '#contracts/keys';
import {
  awaitsResult,
  backlogMs,
  clockSkewMs,
  decideStart,
  dueAt,
  toldUntil,
  type WantedStart,
} from '#services/stations/domain/start-result';
import { completed, requestedCommand, resulted } from '#services/stations/domain/command';
import { startsAfter, startsKeptMax, startsNamed, type Start, type Starts } from '#services/stations/domain/starts';
import * as facts from '../facts.ts';
import { requested, stationId, tenantId } from '../records.ts';

const wanted = (fields: Partial<WantedStart> = {}): WantedStart => ({
  commandId: 'c1',
  remoteStartId: 77,
  tokenRef: 'card',
  evseId: 1,
  requestedAt: 100_000,
  completedAt: 101_000,
  sentEpoch: 5,
  answered: null,
  ...fields,
});
const begun = (fields: Partial<Start> = {}): Start => ({
  transactionId: 'tx',
  sessionId: 's',
  evseId: 1,
  tokenRef: 'card',
  remoteStartId: null,
  recordedAt: 110_000,
  ...fields,
});
const timeoutMs = 120_000;
const due = dueAt(wanted(), timeoutMs);
const resultOf = (want: WantedStart, starts: Starts, nowMs = 0, taken: readonly string[] = []): unknown => {
  const result = decideStart(want, { starts, taken: new Set(taken) }, { untilMs: due, nowMs });
  return result?.kind === 'started' ? result.transactionId : result?.kind;
};

test('1.6: the same card, there and then, is the start that was asked for', () => {
  assert.equal(resultOf(wanted(), [begun()]), 'tx');
  assert.equal(resultOf(wanted(), [begun({ tokenRef: 'other' })]), undefined);
  assert.equal(resultOf(wanted(), [begun({ evseId: 2 })]), undefined);
  assert.equal(resultOf(wanted({ evseId: null }), [begun({ evseId: 2 })]), 'tx');
  assert.equal(resultOf(wanted(), [begun({ recordedAt: 100_000 - clockSkewMs })]), 'tx');
  assert.equal(resultOf(wanted(), [begun({ recordedAt: 100_000 - clockSkewMs - 1 })]), undefined);
  assert.equal(resultOf(wanted(), [begun({ recordedAt: due - 1 })]), 'tx');
  assert.equal(resultOf(wanted(), [begun({ recordedAt: due })]), undefined);
});

test('2.x: the number of the remote start names it, whatever else fits, and however early the cable was in', () => {
  assert.equal(resultOf(wanted(), [begun({ remoteStartId: 77, tokenRef: null, evseId: 9, recordedAt: 1 })]), 'tx');
  assert.equal(resultOf(wanted(), [begun({ remoteStartId: 78 })]), undefined);
  assert.equal(resultOf(wanted({ answered: 'plugged' }), [begun(), begun({ transactionId: 'plugged' })]), 'plugged');
});

test('without a transaction in the time of the station there is no session, and not before', () => {
  assert.equal(resultOf(wanted(), [], due - 1), undefined);
  assert.equal(resultOf(wanted(), [], due), 'noSession');
  assert.equal(resultOf(wanted(), [begun()], due), 'tx');
});

test('who is away may begin it all the same: nobody says that nothing came of it before it was back for a while', () => {
  const claim = { connectionEpoch: 5, connected: true, accepted: true, noticedAt: 90_000 };
  const until = (over: Partial<typeof claim>): number => toldUntil(wanted(), timeoutMs, { ...claim, ...over });
  assert.equal(until({ noticedAt: due + 1 }), due, 'the connection that it was sent on stands');
  assert.equal(until({ connected: false }), Number.POSITIVE_INFINITY);
  assert.equal(toldUntil(wanted(), timeoutMs, undefined), Number.POSITIVE_INFINITY);
  assert.equal(until({ connectionEpoch: 6, noticedAt: due - backlogMs }), due, 'it was back long before');
  assert.equal(until({ connectionEpoch: 6, noticedAt: due - backlogMs + 1 }), due + 1);
  assert.equal(toldUntil(wanted({ sentEpoch: null }), timeoutMs, { ...claim, noticedAt: due }), due + backlogMs);
});

test('one transaction is the result of one start', () => {
  assert.equal(resultOf(wanted(), [begun()], 0, ['tx']), undefined);
  assert.equal(resultOf(wanted(), [begun(), begun({ transactionId: 'tx-2' })], 0, ['tx']), 'tx-2');
});

test('more comes only of a start that was accepted, or that the station may have got', () => {
  const command = requestedCommand(requested('c1', { intent: 'StartCharging' }), 0);
  const ended = (outcome: 'accepted' | 'unknown' | 'rejected' | 'offline') =>
    completed(command, { outcome, completedAt: 1, completedBy: 'gw' });
  assert.deepEqual(
    (['accepted', 'unknown', 'rejected', 'offline'] as const).map((outcome) => awaitsResult(ended(outcome))),
    [true, true, false, false],
  );
  assert.equal(awaitsResult(command), false);
  assert.equal(awaitsResult(resulted(ended('accepted'))), false);
  const other = requestedCommand(requested('c1', { intent: 'ResetStation' }), 0);
  assert.equal(awaitsResult(completed(other, { outcome: 'accepted', completedAt: 1, completedBy: 'gw' })), false);
});

test('a start is kept under the name that its session has; told again it is no news', () => {
  const event = facts.started({ startKey: 'key', transactionId: '7', tokenRef: 'card' });
  const once = startsAfter(null, event);
  assert.equal(once[0]?.sessionId, sessionIdOf(tenantId, stationId, 'key', 0));
  assert.equal(startsAfter(once, event), once);
  const many = Array.from({ length: startsKeptMax + 1 }, (_, n) =>
    facts.started({ startKey: `k${n}`, transactionId: String(n + 10) }),
  ).reduce<Starts>((known, each) => startsAfter(known, each), once);
  assert.deepEqual([many.length, many[0]?.transactionId], [startsKeptMax, '11']);
});

test('where the clock of the station was before 2020, or no transaction is named, only sessions know the name', () => {
  const at = (occurredAt: number) => startsAfter(null, facts.started({ meta: { occurredAt } }))[0]?.sessionId;
  assert.equal(at(Date.UTC(2020, 0, 1) - 1), null);
  assert.notEqual(at(Date.UTC(2020, 0, 1)), null);
  assert.equal(startsAfter(null, facts.started({ transactionId: '-1' }))[0]?.sessionId, null);
});

test('2.x: a later message names the remote start of a transaction that the cable began', () => {
  const plugged = startsAfter(null, facts.started({ startKey: 'tx-1', transactionId: 'tx-1' }));
  const unnamed = facts.ended({ transactionId: 'tx-1' });
  assert.equal(startsNamed(plugged, unnamed), plugged);
  const named = startsNamed(plugged, { ...unnamed, remoteStartId: 77, tokenRef: 'card' });
  assert.deepEqual(
    named?.map(({ transactionId, remoteStartId, tokenRef }) => [transactionId, remoteStartId, tokenRef]),
    [['tx-1', 77, 'card']],
  );
  assert.equal(startsNamed(named, { ...unnamed, remoteStartId: 78 }), named);
  const alone = startsNamed(null, { ...unnamed, remoteStartId: 77 });
  assert.equal(alone?.[0]?.sessionId, sessionIdOf(tenantId, stationId, 'tx-1', 0));
});
