// What becomes of a command that no gateway completes: every transition, both sides of every border.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  completed,
  noConnection,
  requestedAgain,
  requestedCommand,
  sent,
  type Command,
} from '#services/stations/domain/command';
import {
  answerTimeoutMs,
  comingBackMs,
  decideCommand,
  endedGraceMs,
  expiryGraceMs,
  type Presence,
} from '#services/stations/domain/completion';
import { supersededIn } from '#services/stations/domain/supersession';
import { requested } from '../records.ts';

const waiting = (intent: string, connectionEpoch = 5): Command =>
  requestedCommand(requested('c1', { intent, connectionEpoch, requestedAt: 1000, expiresAt: 31_000 }), 0);
const sentOne = (lastAt = 2000): Command =>
  sent(waiting('ResetStation'), { epoch: 5, gatewayId: 'gw-a', action: 'Reset', sentAt: lastAt });
const held = (connectionEpoch: number, fields: Partial<Presence> = {}): Presence => ({
  connectionEpoch,
  connected: true,
  accepted: true,
  noticedAt: 0,
  ...fields,
});
const outcomeOf = (command: Command, presence: Presence | undefined, nowMs: number): string | undefined => {
  const decision = decideCommand(command, presence, nowMs);
  return decision?.kind === 'complete' ? decision.outcome : decision && `again ${decision.connectionEpoch}`;
};
const atOnce = [
  'StartCharging',
  'StopCharging',
  'UnlockConnector',
  'ReserveConnector',
  'CancelReservation',
  'ResetStation',
  'TriggerMessage',
  'SendCall',
];
const waits = [
  'ReadConfiguration',
  'WriteConfiguration',
  'SendLocalList',
  'SetChargingProfile',
  'InstallCertificate',
  'UpdateFirmware',
  'ChangeAvailability',
];

test('the holder of the connection is left to work until the time is up, by its clock', () => {
  assert.equal(outcomeOf(waiting('ResetStation'), held(5), 2000), undefined);
  assert.equal(outcomeOf(waiting('ResetStation'), held(5), 31_000 + expiryGraceMs - 1), undefined);
  assert.equal(outcomeOf(waiting('ResetStation'), held(5), 31_000 + expiryGraceMs), 'expired');
});

test('without a connection, what cannot wait is offline at once', () => {
  for (const intent of atOnce) {
    assert.equal(outcomeOf(waiting(intent, noConnection), undefined, 1000), 'offline', intent);
    assert.equal(outcomeOf(waiting(intent, noConnection), held(9, { accepted: false }), 1000), 'notAccepted', intent);
  }
});

test('a connection that ended after the request gives the station a moment to come back', () => {
  const gone = held(5, { connected: false, noticedAt: 4000 });
  const unaccepted = held(9, { accepted: false, noticedAt: 4000 });
  for (const [away, outcome] of [
    [gone, 'offline'],
    [unaccepted, 'notAccepted'],
  ] as const) {
    assert.equal(outcomeOf(waiting('ResetStation'), away, 4000 + comingBackMs - 1), undefined);
    assert.equal(outcomeOf(waiting('ResetStation'), away, 4000 + comingBackMs), outcome);
  }
  assert.equal(outcomeOf(waiting('ResetStation'), held(5, { connected: false, noticedAt: 30_000 }), 31_000), 'expired');
});

test('reads and writes of configuration wait until they expire', () => {
  for (const intent of waits) {
    const command = waiting(intent, noConnection);
    assert.equal(outcomeOf(command, undefined, 30_999), undefined);
    assert.equal(outcomeOf(command, held(9, { accepted: false }), 30_999), undefined);
    assert.equal(outcomeOf(command, undefined, 31_000), 'expired');
  }
});

test('what was not sent is requested again under the live connection, until it expires', () => {
  for (const intent of [...atOnce, ...waits]) {
    assert.equal(outcomeOf(waiting(intent), held(9), 30_999), 'again 9', intent);
    assert.equal(outcomeOf(waiting(intent), held(9), 31_000), 'expired', intent);
  }
});

test('a requester who knew a newer connection than we do is trusted', () => {
  assert.equal(outcomeOf(waiting('ResetStation', 9), held(5), 1000), undefined);
  assert.equal(outcomeOf(waiting('ResetStation', 9), undefined, 1000), undefined);
  assert.equal(outcomeOf(waiting('ResetStation', 9), undefined, 31_000), 'expired');
});

test('sent, and the connection ended without completion: unknown, after the gateway had its chance', () => {
  for (const over of [held(5, { connected: false, noticedAt: 4000 }), held(9, { noticedAt: 4000 })]) {
    assert.equal(outcomeOf(sentOne(), over, 4000 + endedGraceMs - 1), undefined);
    assert.equal(outcomeOf(sentOne(), over, 4000 + endedGraceMs), 'unknown');
  }
});

test('sent, and no answer in time: unknown', () => {
  assert.equal(outcomeOf(sentOne(), held(5), 2000 + answerTimeoutMs - 1), undefined);
  assert.equal(outcomeOf(sentOne(), held(5), 2000 + answerTimeoutMs), 'unknown');
});

test('sent on a connection whose claim is yet to be read: nothing is decided before the answer is late', () => {
  assert.equal(outcomeOf(sentOne(), undefined, 10_000), undefined);
  assert.equal(outcomeOf(sentOne(), held(4), 10_000), undefined);
});

test('a command that was sent does not expire, a completed one is done', () => {
  assert.equal(outcomeOf(sentOne(30_000), held(5), 40_000), undefined);
  const done = completed(sentOne(), { outcome: 'rejected', completedAt: 3000, completedBy: 'gw-a' });
  assert.equal(outcomeOf(done, undefined, 1_000_000), undefined);
});

test('a read whose answer was lost is asked for again under the next connection, nothing else is', () => {
  const sentOn5 = (intent: string): Command =>
    sent(waiting(intent), { epoch: 5, gatewayId: 'gw-a', action: 'GetConfiguration', sentAt: 2000 });
  const read = sentOn5('ReadConfiguration');
  const gone = held(5, { connected: false, noticedAt: 4000 });
  assert.equal(outcomeOf(read, gone, 30_999), undefined);
  assert.equal(outcomeOf(read, gone, 31_000), 'unknown');
  assert.equal(outcomeOf(read, held(9, { noticedAt: 4000 }), 4000 + endedGraceMs - 1), undefined);
  assert.equal(outcomeOf(read, held(9, { noticedAt: 4000 }), 4000 + endedGraceMs), 'again 9');
  assert.equal(outcomeOf(read, held(9, { noticedAt: 4000, accepted: false }), 30_999), undefined);
  for (const intent of [...atOnce, 'WriteConfiguration'])
    assert.equal(outcomeOf(sentOn5(intent), held(9, { noticedAt: 4000 }), 4000 + endedGraceMs), 'unknown', intent);
});

test('requested again: what was sent stays sent, a read begins anew, under a newer connection alone', () => {
  const request = requested('c1', { connectionEpoch: 9 });
  assert.equal(requestedAgain(sentOne(), request).life.phase, 'sent');
  const read = sent(waiting('ReadConfiguration'), { epoch: 5, gatewayId: 'gw-a', action: 'Get', sentAt: 2000 });
  const again = requestedAgain(read, request);
  assert.deepEqual([again.life.phase, again.connectionEpoch, again.requests], ['requested', 9, 2]);
  assert.equal(requestedAgain(read, { ...request, connectionEpoch: 5 }), read);
});

test('a frame announced under the older connection, after the request under the newer, is none', () => {
  const again = requestedAgain(waiting('ResetStation'), requested('c1', { connectionEpoch: 9 }));
  const late = { epoch: 5, gatewayId: 'gw-a', action: 'Reset', sentAt: 2000 };
  assert.equal(sent(again, late), again);
  assert.equal(sent(again, { ...late, epoch: 9 }).life.phase, 'sent');
});

test('that it was never sent is no end of a command that was: the decision came late', () => {
  for (const outcome of ['offline', 'expired', 'notAccepted', 'superseded'] as const) {
    const late = { outcome, completedAt: 3000, completedBy: 'stations' };
    assert.equal(completed(sentOne(), late).life.phase, 'sent');
    assert.equal(completed(waiting('ResetStation'), late).life.phase, 'completed');
    // A gateway says expired of what it announced and then did not send.
    assert.equal(completed(sentOne(), { ...late, completedBy: 'gw-a' }).life.phase, 'completed');
  }
  const unknown = { outcome: 'unknown', completedAt: 3000, completedBy: 'stations' } as const;
  assert.equal(completed(sentOne(), unknown).life.phase, 'completed');
});

type Asked = readonly [id: string, intent: string, parameters: object, life?: Command['life']];

/** Asked for in this order: who is replaced by whom. */
function supersededAmong(...asked: readonly Asked[]): Record<string, string> {
  const entries = asked.map(([id, intent, parameters, life = { phase: 'requested' }], offset) => {
    const request = requested(id, { intent, parametersJson: JSON.stringify(parameters) });
    return { request, command: { ...requestedCommand(request, offset), life } };
  });
  return Object.fromEntries(supersededIn(entries.toReversed()));
}

test('of what waits, the newest of a key replaces the older ones, whatever the order they are looked at', () => {
  const write = (value: string, ...names: string[]) => ({ variables: names.map((variable) => ({ variable, value })) });
  assert.deepEqual(
    supersededAmong(
      ['a', 'WriteConfiguration', write('1', 'A', 'B')],
      ['b', 'WriteConfiguration', write('2', 'B', 'A')],
      ['c', 'WriteConfiguration', write('3', 'A')],
      ['d', 'WriteConfiguration', write('4', 'A', 'B')],
      ['e', 'ClearCache', {}],
    ),
    { a: 'd', b: 'd' },
  );
  const profile = (profileId: number) => ({ profile: { profileId } });
  assert.deepEqual(
    supersededAmong(
      ['a', 'SetChargingProfile', profile(1)],
      ['b', 'SetChargingProfile', profile(2)],
      ['c', 'SetChargingProfile', profile(1)],
    ),
    { a: 'c' },
  );
});

test('a list replaces a full one before it, but not the differential ones that build on each other', () => {
  const list = (update: string, version: number) => ({ update, version, entries: [] });
  assert.deepEqual(
    supersededAmong(
      ['a', 'SendLocalList', list('full', 1)],
      ['b', 'SendLocalList', list('differential', 2)],
      ['c', 'SendLocalList', list('differential', 3)],
      ['d', 'SendLocalList', list('full', 4)],
    ),
    { a: 'd' },
  );
});

test('what was sent or is over replaces nothing and is not replaced; nor do intents without a key', () => {
  const wasSent: Command['life'] = sentOne().life;
  assert.deepEqual(supersededAmong(['a', 'ClearCache', {}], ['b', 'ClearCache', {}, wasSent]), {});
  assert.deepEqual(supersededAmong(['a', 'ClearCache', {}, wasSent], ['b', 'ClearCache', {}]), {});
  assert.deepEqual(supersededAmong(['a', 'ReadConfiguration', {}], ['b', 'ReadConfiguration', {}]), {});
});

test('a replaced command ends where nobody holds it; its holder is left to send it', () => {
  const outcome = (presence: Presence | undefined) => {
    const decision = decideCommand(waiting('ClearCache'), presence, 2000, 'newer');
    return decision?.kind === 'complete' ? [decision.outcome, decision.detail] : decision;
  };
  const replaced = ['superseded', 'the newer command newer replaces it'];
  assert.deepEqual(outcome(held(5)), undefined);
  assert.deepEqual(outcome(held(5, { connected: false })), replaced);
  assert.deepEqual(outcome(held(6)), replaced);
});
