// Rows of stations depend on their log alone: however it is cut into batches, and whatever is forgotten between them.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { encodeRecord, type RecordType } from '#contracts/codec';
import type { Meta, Records } from '#contracts/generated/types';
import { stationKey } from '#contracts/keys';
import { topicsFor } from '#contracts/topics';
import { openDatabase, transaction, type Database } from '#kit/postgres';
import { prepareProjection, schemaOf } from '#kit/projection/schema';
import type { Station } from '#services/stations/domain/station';
import { stationsProjection } from '#services/stations/projections';
import { frameCharsMax } from '#services/stations/quirk-rows';
import * as facts from './facts.ts';
import { booted, connected, disconnected, reported, stationId, status, tenantId } from './records.ts';

const url = process.env['DATABASE_URL'] ?? '';
const name = `stations_${randomBytes(4).toString('hex')}`;
const projection = { ...stationsProjection(topicsFor(2)), name };
const directory = join(import.meta.dirname, '../../../services/stations/sql/stations');
const schema = schemaOf(projection);
const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
/** Some faults show once in a thousand logs: more with RUNS. */
const runs = Number(process.env['RUNS'] ?? 40);
console.log(`tables of stations: SEED=${seed}`);

let database: Database;

before(async () => {
  database = await openDatabase({ url, role: 'stations', schema: name, poolMax: 4 });
  await prepareProjection(database, { ...projection, directory });
});

after(async () => {
  await database.query(`drop schema ${name}_1 cascade`);
  await database.query(`drop schema ${name} cascade`);
  await database.close();
});

type Step = {
  readonly kind: number;
  /** Which connection tells it: the newest, or one before. */
  readonly back: number;
  readonly id: number;
  readonly word: number;
  readonly repeats: boolean;
  readonly forget: boolean;
  readonly cut: boolean;
};
type Written = { readonly type: RecordType; readonly value: Buffer };

const steps = fc.array(
  fc.record<Step>({
    kind: fc.nat(23),
    back: fc.constantFrom(0, 0, 0, 1),
    id: fc.nat(2),
    word: fc.nat(3),
    repeats: fc.constantFrom(false, false, false, true),
    forget: fc.boolean(),
    cut: fc.boolean(),
  }),
  { minLength: 1, maxLength: 60 },
);

/** A log of one station, as gateways write it: an event in a place, sequences per connection. */
class Tale {
  readonly log: Written[] = [];
  readonly #epochs: number[] = [];
  readonly #seqs = new Map<number, number>();

  tell(step: Step): void {
    const last = this.log.at(-1);
    if (step.repeats && last !== undefined) this.log.push(last);
    else this.log.push(this.#written(step));
  }

  #written({ kind, back, id, word }: Step): Written {
    const { evseId, requestId } = { evseId: id, requestId: id };
    if (kind === 0 || this.#epochs.length === 0) return this.#open(word);
    const meta = this.#meta(back);
    const last = word > 0;
    const part = { requestId, part: word % 2, last, meta };
    const change = (['set', 'cleared', 'report', 'report'] as const)[word] ?? 'set';
    const using = { evseId, transactionId: `tx-${id}`, reservationId: word === 0 ? null : id, offline: last, meta };
    const text = ['a', 'a\0', 'ä\ud83d\ude00', ''][word] ?? '';
    const rows: (() => Written)[] = [
      () => write('StationDisconnected', disconnected(meta, text)),
      () => write('StationBooted', booted(meta, text)),
      () => write('ConnectorStatusChanged', { ...status(meta, last ? 'Available' : 'Reserved'), evseId }),
      () => write('VariablesReported', { ...reported(meta, { [text]: text }), requestId, part: word % 2, last }),
      () => write('ReportRequested', facts.requested({ requestId, meta })),
      () => write('ReportRequested', facts.requested({ requestId, report: 'monitoring', isEmpty: word === 3, meta })),
      () => write('ReportRequested', facts.requested({ requestId, report: 'chargingProfiles', meta })),
      () => write('MonitorsReported', facts.monitors({ ...part, change, monitors: [facts.monitor(word)] })),
      () =>
        write('ChargingProfilesReported', facts.profiles({ ...part, change, profiles: [facts.profile({ evseId })] })),
      () => write('DisplayMessagesReported', facts.messages({ ...part, change, messages: [facts.message(word)] })),
      () => write('FirmwareStatusChanged', facts.firmware({ requestId: last ? id : null, status: text, meta })),
      () => write('LogStatusChanged', facts.logStatus({ requestId: last ? id : null, status: text, meta })),
      () =>
        write('CertificatesReported', {
          ...facts.certificates((['report', 'installed', 'deleted', 'signed'] as const)[word] ?? 'report', [
            facts.certificate({ serialNumber: text }),
          ]),
          meta: { ...facts.certificates('report', []).meta, ...meta },
        }),
      () => write('LocalListReported', facts.localList(word, meta)),
      () =>
        write(
          'ReservationChanged',
          facts.reservation({
            reservationId: id,
            change: (['accepted', 'accepted', 'expired', 'lost'] as const)[word] ?? 'accepted',
            meta: word === 3 ? { ...meta, source: 'timer', connectionEpoch: null, seq: null } : meta,
          }),
        ),
      () => write('TransactionStarted', facts.started(using)),
      () => write('TransactionEnded', facts.ended(using)),
      () => write('ChargingLimitChanged', facts.limit({ evseId: last ? evseId : null, cleared: word === 1, meta })),
      () => write('AvailabilityChanged', facts.availability({ evseId, meta })),
      () =>
        write(
          'CompositeScheduleReported',
          facts.composite({ evseId, periodsJson: `["${text.replace('\0', '')}"]`, meta }),
        ),
      () => write('SecurityEventReported', facts.securityEvent(meta)),
      () =>
        write('DeviceEventsReported', facts.deviceEvents([facts.deviceEvent({ monitorId: id, cleared: last })], meta)),
      () => write('QuirksObserved', facts.quirks([text, 'b'], meta, `${' '.repeat(frameCharsMax - 1)}\u{1F600}`)),
    ];
    return (rows[kind - 1] ?? (() => this.#open(word)))();
  }

  #open(word: number): Written {
    const epoch = this.log.length;
    this.#epochs.push(epoch);
    const opening = connected({ eventId: `open-${epoch}`, stationId, recordedAt: epoch });
    return write('StationConnected', { ...opening, subprotocol: word === 0 ? 'ocpp2.0.1' : 'ocpp1.6' });
  }

  #meta(back: number): Partial<Meta> {
    const connectionEpoch = this.#epochs[Math.max(0, this.#epochs.length - 1 - back)] ?? 0;
    const seq = this.#seqs.get(connectionEpoch) ?? 0;
    this.#seqs.set(connectionEpoch, seq + 1);
    const offset = this.log.length;
    const times = { recordedAt: 1_000 * offset, occurredAt: offset % 3 === 0 ? null : 1_000 * offset - 7 };
    return { eventId: `e-${offset}`, stationId, connectionEpoch, seq, ...times };
  }
}

function write<T extends RecordType>(type: T, value: Records[T]): Written {
  return { type, value: encodeRecord(type, value) };
}

const key = stationKey(tenantId, stationId);

/** What a runner does with one key: load what is not cached, complete, fold, save. */
async function foldThroughTables(log: readonly Written[], cuts: readonly Pick<Step, 'cut' | 'forget'>[]) {
  let cached: Station | undefined;
  let from = 0;
  while (from < log.length) {
    let to = from + 1;
    while (to < log.length && cuts[to]?.cut === false) to++;
    let state =
      cached ?? (await transaction(database, (client) => projection.load(client, [key]), { schema })).get(key);
    const begun = await projection.complete?.(undefined as never, new Map([[key, { state, events: [] }]]));
    state = begun?.get(key);
    for (let offset = from; offset < to; offset++) state = folded(state, log[offset], offset);
    const changed = new Map(state === undefined ? [] : [[key, state]]);
    await transaction(database, (client) => projection.save(client, changed), { schema });
    cached = cuts[from]?.forget === true ? undefined : state;
    from = to;
  }
}

function folded(state: Station | undefined, written: Written | undefined, offset: number): Station {
  assert.ok(written !== undefined);
  const event = projection.decode(written.value);
  const fold = projection.fold[event.type] as (
    state: Station | undefined,
    event: unknown,
    at: { partition: number; offset: number },
  ) => { readonly state: Station };
  return fold(state, event, { partition: 0, offset }).state;
}

type Rows = Readonly<Record<string, readonly string[]>>;

/** All rows of the projection, which are gone then. */
async function takeRows(): Promise<Rows> {
  const tables = await database.query<{ name: string }>(
    `select table_name as name from information_schema.columns where table_schema = $1 and column_name = 'station_id'`,
    [schema],
  );
  const taken: Record<string, string[]> = {};
  for (const { name: table } of tables) {
    const found = await database.query<{ row: string }>(
      `with gone as (delete from ${schema}.${table} returning *) select gone::text as row from gone order by 1`,
    );
    taken[table] = found.map(({ row }) => row);
  }
  return taken;
}

test(
  'any cut into batches, with any state forgotten between them, leaves the same rows',
  { timeout: 240_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (story) => {
        const tale = new Tale();
        for (const step of story) tale.tell(step);
        const rowsOfCuts = async (cuts: readonly Pick<Step, 'cut' | 'forget'>[]): Promise<Rows> => {
          await foldThroughTables(tale.log, cuts);
          return takeRows();
        };
        const whole = await rowsOfCuts(story.map(() => ({ cut: false, forget: false })));
        assert.deepEqual(await rowsOfCuts(story.map(() => ({ cut: true, forget: true }))), whole);
        assert.deepEqual(await rowsOfCuts(story), whole);
      }),
      { seed, numRuns: runs },
    );
  },
);

const step = { kind: 0, back: 0, id: 0, word: 0, repeats: false, forget: true, cut: true };

async function assertCutsAlike(story: readonly Step[]): Promise<Rows> {
  const tale = new Tale();
  for (const each of story) tale.tell(each);
  await foldThroughTables(
    tale.log,
    story.map(() => ({ cut: true, forget: true })),
  );
  const single = await takeRows();
  await foldThroughTables(
    tale.log,
    story.map(() => ({ cut: false, forget: true })),
  );
  assert.deepEqual(await takeRows(), single);
  return single;
}

test('when a reservation is over follows the version that its station speaks now', async () => {
  const accepted = { ...step, kind: 15 };
  const [first, second] = [
    { ...step, word: 1 },
    { ...step, word: 0 },
  ];
  const rows = await assertCutsAlike([first, accepted, second]);
  assert.match(rows['station_details']?.join() ?? '', /,720000,\)/);
  const back = await assertCutsAlike([second, accepted, first]);
  assert.match(back['station_details']?.join() ?? '', /,600000,\)/);
});

test('a frame that is cut within a letter of two halves is kept', async () => {
  const rows = await assertCutsAlike([step, { ...step, kind: 23 }]);
  assert.match(rows['quirks']?.join() ?? '', /\uFFFD/);
});

test('a full inventory removes the variables that it does not name, and none told since it was asked for', async () => {
  const tell = (word: number, id: number): Step => ({ ...step, kind: 4, word, id });
  const ask = { ...step, kind: 5, id: 2 };
  const all = [step, tell(0, 0), ask, tell(1, 0), tell(2, 2)];
  const rows = (await assertCutsAlike(all))['variables']?.join() ?? '';
  assert.doesNotMatch(rows, /,a,/);
  assert.match(rows, /,a\uFFFD,/);
  assert.match(rows, /,ä/);
  const unasked = (await assertCutsAlike([step, tell(0, 0), tell(2, 2)]))['variables']?.join() ?? '';
  assert.match(unasked, /,a,/);
});
