// Of two tellings of one command, its row's and the log's, operators see the one that knows more.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latestView } from '#services/stations/api/command-views';
import type { CommandRow } from '#services/stations/command-reads';
import type { Entry } from '#services/stations/command-book';
import type { Life } from '#services/stations/domain/command';

const refOf = (): string => 'ref';
const sent = { epoch: 4, gatewayId: 'gw', action: 'Reset', at: 20, lastAt: 20 };
const phases: Record<CommandRow['state'], Life> = {
  requested: { phase: 'requested' },
  sent: { phase: 'sent', sent },
  completed: { phase: 'completed', sent, outcome: 'accepted', completedAt: 30 },
};

function rowOf(state: CommandRow['state'], over: Partial<CommandRow> = {}): CommandRow {
  const asked = { station_id: 'S', command_id: 'c', intent: 'StartCharging', lane: 'driver', requested_by: 'row' };
  const told = { parameters: {}, requested_at_ms: 1, expires_at_ms: 99, requests: 1, sent_action: null };
  const ended = { outcome: null, detail: null, answer_json: null, completed_at_ms: null, completed_by: null };
  const result = { result: null, result_session_id: null, result_transaction_id: null };
  return { ...asked, ...told, ...ended, ...result, state, sent_at_ms: null, ...over };
}

function entryOf(state: CommandRow['state'], requests = 1, isResulted = false): Entry {
  const identity = { tenantId: 't', stationId: 'S', commandId: 'c', intent: 'StartCharging', lane: 'driver' as const };
  const times = { requestedAt: 1, expiresAt: 99, connectionEpoch: 4 };
  const request = { ...identity, ...times, eventId: 'e', parametersJson: '{}', requestedBy: 'log' };
  const result = { eventId: 'r', ...identity, result: 'noSession' as const, sessionId: null, transactionId: null };
  return {
    command: { ...identity, ...times, requests, offset: 0, life: phases[state], isResulted },
    request,
    completion: undefined,
    result: isResulted ? { ...result, resultedAt: 40 } : undefined,
  };
}

const seen = (row: CommandRow | undefined, entry: Entry | undefined): string[] | undefined => {
  const view = latestView(row, entry, refOf);
  return view && [view.requestedBy, view.state];
};

test('the log is ahead of the row: what the log says is shown', () => {
  assert.deepEqual(seen(rowOf('sent'), entryOf('completed')), ['log', 'completed']);
  assert.deepEqual(seen(rowOf('requested'), entryOf('sent')), ['log', 'sent']);
  assert.deepEqual(seen(undefined, entryOf('requested')), ['log', 'requested']);
});

test('the row is ahead of an instance that has yet to read the log, or the log forgot the command', () => {
  assert.deepEqual(seen(rowOf('completed'), entryOf('sent')), ['row', 'completed']);
  assert.deepEqual(seen(rowOf('completed'), undefined), ['row', 'completed']);
});

test('asked for again is later than sent the first time', () => {
  assert.deepEqual(seen(rowOf('sent'), entryOf('requested', 2)), ['log', 'requested']);
  assert.deepEqual(seen(rowOf('requested', { requests: 2 }), entryOf('sent')), ['row', 'requested']);
});

test('what came of a start is later than its completion', () => {
  assert.deepEqual(latestView(rowOf('completed'), entryOf('completed', 1, true), refOf)?.result, { kind: 'noSession' });
  const resulted = rowOf('completed', { result: 'noSession' });
  assert.deepEqual(latestView(resulted, entryOf('completed'), refOf)?.result, { kind: 'noSession' });
});

test('nobody knows it', () => assert.equal(seen(undefined, undefined), undefined));
