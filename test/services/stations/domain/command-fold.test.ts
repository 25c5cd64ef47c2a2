// The life of commands as their rows tell it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Command } from '#services/stations/domain/command';
import {
  commandFold,
  commandsKeptMax,
  withoutNews,
  type StationCommands,
} from '#services/stations/domain/command-fold';
import { completed, requested, resulted, sent } from '../records.ts';

const fold = commandFold((tenantId, type, uid) => `${tenantId}:${type}:${uid.toUpperCase()}`);

type Event =
  | ({ type: 'requested' } & ReturnType<typeof requested>)
  | ({ type: 'sent' } & ReturnType<typeof sent>)
  | ({ type: 'completed' } & ReturnType<typeof completed>)
  | ({ type: 'resulted' } & ReturnType<typeof resulted>);

function apply(state: StationCommands | undefined, event: Event, offset: number): StationCommands {
  switch (event.type) {
    case 'requested':
      return fold.CommandRequested(state, event, { partition: 0, offset }).state;
    case 'sent':
      return fold.CommandSent(state, event).state;
    case 'completed':
      return fold.CommandCompleted(state, event).state;
    case 'resulted':
      return fold.CommandResulted(state, event).state;
  }
}

function folded(events: readonly Event[], from?: StationCommands): StationCommands {
  let state = from;
  for (const [offset, event] of events.entries()) state = apply(state, event, offset);
  assert.ok(state !== undefined);
  return state;
}

const ask = (fields: Parameters<typeof requested>[1] = {}, id = 'c1'): Event => ({
  type: 'requested',
  ...requested(id, fields),
});
const send = (fields: Parameters<typeof sent>[1] = {}): Event => ({ type: 'sent', ...sent('c1', fields) });
const complete = (fields: Parameters<typeof completed>[1] = {}): Event => ({
  type: 'completed',
  ...completed('c1', fields),
});
const only = (events: readonly Event[]): Command => {
  const command = folded(events).commands.get('c1');
  assert.ok(command !== undefined);
  return command;
};

test('a command is requested, sent, completed', () => {
  assert.equal(only([ask()]).life.phase, 'requested');
  assert.equal(only([ask(), send()]).life.phase, 'sent');
  const { life } = only([ask(), send(), complete()]);
  assert.ok(life.phase === 'completed' && life.outcome === 'accepted' && life.sent?.at === 2000);
});

test('the first completion wins', () => {
  const events = [
    ask(),
    complete({ outcome: 'offline', completedBy: 'stations' }),
    complete({ outcome: 'accepted' }),
    send(),
  ];
  const { life } = only(events);
  assert.ok(life.phase === 'completed' && life.outcome === 'offline' && life.sent === null);
  const written = folded(events).news.filter(({ kind }) => kind === 'completed');
  assert.deepEqual(
    written.map((news) => news.kind === 'completed' && news.completedBy),
    ['stations'],
  );
});

test('the first result wins, and one of an unknown command changes nothing', () => {
  const result = (sessionId: string): Event => ({ type: 'resulted', ...resulted('c1', { sessionId }) });
  const state = folded([ask(), complete(), result('first'), result('second')]);
  const written = state.news.flatMap((news) => (news.kind === 'resulted' ? [news.sessionId] : []));
  assert.deepEqual([written, state.commands.get('c1')?.isResulted], [['first'], true]);
  assert.equal(apply(state, { type: 'resulted', ...resulted('other') }, 9), state);
});

test('it may be requested again under a newer connection while nothing was sent', () => {
  const again = only([ask(), ask({ connectionEpoch: 9 })]);
  assert.deepEqual([again.connectionEpoch, again.requests], [9, 2]);
});

test('not under the same or an older connection, not once it was sent, not once it was completed', () => {
  const first = only([ask()]);
  assert.deepEqual(only([ask(), ask(), ask({ connectionEpoch: 4 })]), first);
  assert.equal(only([ask(), send(), ask({ connectionEpoch: 9 })]).connectionEpoch, 5);
  assert.equal(only([ask(), complete(), ask({ connectionEpoch: 9 })]).requests, 1);
});

test('a command of several calls is sent when its first was, and waits from its last', () => {
  const { life } = only([ask(), send(), send({ sentAt: 2500, action: 'Second' })]);
  assert.deepEqual(life, {
    phase: 'sent',
    sent: { epoch: 5, gatewayId: 'gw-a', action: 'Reset', at: 2000, lastAt: 2500 },
  });
});

test("the driver's token is kept as its pseudonym only", () => {
  const parametersJson = JSON.stringify({ evseId: 1, token: { uid: 'abc123', type: 'ISO14443' } });
  const [news] = folded([ask({ intent: 'StartCharging', parametersJson })]).news;
  assert.ok(news?.kind === 'requested');
  assert.deepEqual(JSON.parse(news.parametersJson), {
    evseId: 1,
    token: { ref: 'default:ISO14443:ABC123', type: 'ISO14443' },
  });
  assert.ok(!news.parametersJson.includes('abc123'));
});

test('what names no known command changes nothing', () => {
  const state = folded([ask()]);
  const after = apply(
    apply(state, { type: 'sent', ...sent('other') }, 8),
    { type: 'completed', ...completed('other') },
    9,
  );
  assert.equal(after, state);
});

test(`of more than ${commandsKeptMax} commands the oldest is forgotten, of so many none`, () => {
  const full = folded(Array.from({ length: commandsKeptMax }, (_, index) => ask({}, `c${index}`)));
  assert.deepEqual([full.commands.size, full.forgottenThrough], [commandsKeptMax, -1]);
  const over = apply(full, ask({}, 'one-more'), commandsKeptMax);
  assert.deepEqual([over.commands.size, over.forgottenThrough], [commandsKeptMax, 0]);
  assert.ok(!over.commands.has('c0') && !over.changed.has('c0'));
  assert.ok(over.news.every(({ commandId }) => commandId !== 'c0'));
});

const seed = Number(process.env['SEED'] ?? Math.floor(performance.timeOrigin + performance.now()) % 2 ** 31);
const logs = fc.array(
  fc
    .tuple(fc.nat(3), fc.constantFrom('c1', 'c2', 'c3'), fc.integer({ min: 4, max: 8 }))
    .map(([what, id, epoch]): Event => {
      if (what === 3) return { type: 'resulted', ...resulted(id, { sessionId: String(epoch) }) };
      if (what === 0) return { type: 'requested', ...requested(id, { connectionEpoch: epoch }) };
      if (what === 1) return { type: 'sent', ...sent(id, { connectionEpoch: epoch, sentAt: epoch }) };
      return { type: 'completed', ...completed(id, { detail: String(epoch) }) };
    }),
  { minLength: 1, maxLength: 30 },
);

test(`cut anywhere, commands and news are the same; read twice, they stay (seed ${seed})`, () => {
  fc.assert(
    fc.property(logs, fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }), (log, cuts) => {
      const whole = folded(log);
      const written: unknown[] = [];
      let state: StationCommands | undefined;
      for (const [offset, event] of log.entries()) {
        state = apply(state, event, offset);
        if (cuts[offset] !== true && offset !== log.length - 1) continue;
        written.push(...state.news);
        state = withoutNews(state);
      }
      assert.deepEqual(written, whole.news);
      assert.deepEqual(state?.commands, whole.commands);
      const completedOnly = (of: StationCommands) =>
        [...of.commands.values()].filter(({ life }) => life.phase === 'completed');
      const again = completedOnly(folded(log, whole)).filter(({ commandId }) =>
        completedOnly(whole).some((one) => one.commandId === commandId),
      );
      // A result that stood before its command counts when it is read after it.
      const before = completedOnly(whole).map((one) => ({ ...one, isResulted: true }));
      assert.deepEqual(
        again.map((one) => ({ ...one, isResulted: true })),
        before,
      );
      assert.ok(again.every(({ commandId, isResulted }) => isResulted || !whole.commands.get(commandId)?.isResulted));
    }),
    { seed, numRuns: 300 },
  );
});
