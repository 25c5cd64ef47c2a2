// A station's state that is kept small by its tables folds like one that is kept whole, whatever was forgotten between batches.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { openDatabase, transaction, type Database } from '#kit/postgres';
import { prepareProjection, schemaOf } from '#kit/projection/schema';
import { noSessions, type StationSessions } from '#services/sessions/domain/session';
import { rowOf, type SessionRow } from '#services/sessions/session-rows';
import { completeStations, loadStations, saveStations } from '#services/sessions/tables';
import { Station, fold, minuteMs, noon, register, told, type SessionEvent } from './station-tale.ts';

const url = process.env['DATABASE_URL'] ?? '';
const name = `sessions_${randomBytes(4).toString('hex')}`;
const projection = {
  name,
  version: 1,
  generation: 1,
  directory: join(import.meta.dirname, '../../../services/sessions/sql'),
};
const schema = schemaOf(projection);
const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
console.log(`tables of sessions: SEED=${seed}`);

let database: Database;

before(async () => {
  database = await openDatabase({ url, role: 'sessions', schema: name, poolMax: 4 });
  await prepareProjection(database, projection);
});

after(async () => {
  await database.query(`drop schema ${name}_1 cascade`);
  await database.query(`drop schema ${name} cascade`);
  await database.close();
});

type Step = { kind: number; id: number; evse: number; minute: number; wh: number; forget: boolean; cut: boolean };

const steps = fc.array(
  fc.record<Step>({
    kind: fc.nat(5),
    id: fc.nat(6),
    evse: fc.nat(2),
    // The first is a clock before 2020; the gateway reads no instant before 1970 (domain/timestamps.ts).
    minute: fc.constantFrom(-29_000_000, 0, 1, 2, 3),
    wh: fc.nat(5),
    forget: fc.boolean(),
    cut: fc.boolean(),
  }),
  { minLength: 1, maxLength: 40 },
);
const ids = ['1', '2', 'tx-1', 'tx-2', '-1', '0', ''];

function eventOf(station: Station, { kind, id, evse, minute, wh }: Step): SessionEvent {
  const facts = { transactionId: ids[id] ?? '', evseId: evse, at: noon + minute * minuteMs, recordedAt: noon };
  // A 1.6 start's transactionId is made of its natural key, so starts of two ids differ in it, too.
  if (kind === 0) return station.started16({ ...facts, meterStart: wh, token: `a${id}` });
  if (kind === 1) return station.started2(facts);
  if (kind === 2) return station.updated2(facts);
  if (kind === 3) return station.ended16({ ...facts, meterStop: wh });
  if (kind === 4) return station.metered({ ...facts, readings: [register(minute, wh)] });
  return station.metered({ ...facts, transactionId: null, readings: [register(minute, wh)] });
}

/** What a runner does with one key: load what is not cached, complete, fold, save. */
async function foldThroughTables(story: readonly Step[], events: readonly SessionEvent[], key: string): Promise<void> {
  let cached: StationSessions | undefined;
  let from = 0;
  while (from < events.length) {
    let to = from + 1;
    while (to < events.length && story[to]?.cut === false) to++;
    const batch = events.slice(from, to);
    const given = await transaction(
      database,
      async (client) => {
        const state = cached ?? (await loadStations(client, [key])).get(key);
        return completeStations(client, new Map([[key, { state, events: batch }]]));
      },
      { schema },
    );
    let state = given.get(key) ?? noSessions;
    for (const [index, event] of batch.entries()) state = fold(state, event, from + index).state;
    await transaction(database, (client) => saveStations(client, new Map([[key, state]])), { schema });
    cached = story[from]?.forget === true ? undefined : state;
    from = to;
  }
}

test('folding through the tables, forgetting at will, leaves the rows of a fold that forgets nothing', async () => {
  let stations = 0;
  await fc.assert(
    fc.asyncProperty(steps, async (story) => {
      const station = new Station(`CS/${stations++}`);
      const events = story.map((step) => eventOf(station, step));
      await foldThroughTables(story, events, `acme/${station.stationId}`);
      const expected = told(events).state.sessions.map(rowOf);
      const { rows: found } = await database.pool.query<SessionRow>(
        `select * from ${schema}.sessions where station_id = $1`,
        [station.stationId],
      );
      const byId = (one: { session_id: string }, other: { session_id: string }): number =>
        one.session_id < other.session_id ? -1 : 1;
      assert.deepEqual(found.toSorted(byId), expected.toSorted(byId));
    }),
    { seed, numRuns: 120 },
  );
});

test('rows are written once more under a retry, and not where nothing changed', async () => {
  const station = new Station('CS-retry');
  const key = 'acme/CS-retry';
  const { state } = told([station.started16({})]);
  const save = () => transaction(database, (client) => saveStations(client, new Map([[key, state]])), { schema });
  await save();
  await database.query(`delete from ${schema}.sessions where station_id = 'CS-retry'`);
  await save();
  const [row] = await database.query<{ n: number }>(
    `select count(*) as n from ${schema}.sessions where station_id = 'CS-retry'`,
  );
  assert.equal(row?.n, 1);
});
