// What stations tell beside their live state, from the log through the tables to the API; reservations end by the clock.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { encodeRecord, type RecordType } from '#contracts/codec';
import type { Meta, Records } from '#contracts/generated/types';
import { partitionOf, stationKey } from '#contracts/keys';
import { rootDir } from '#infra/local/paths';
import { rebuildOf } from '#kit/projection/rebuild-run';
import { logSettings } from '#services/stations/config';
import { stationsProjection } from '#services/stations/projections';
import * as facts from './facts.ts';
import { booted, connected, reported, tenantId } from './records.ts';
import { dump, eventually, openRig, recordsOf, type Answer, type Rig } from './rig.ts';

let rig: Rig;

before(async () => {
  // Nobody renews a lease here, and connections that end meanwhile would change the tables that are compared.
  rig = await openRig({ environment: { LEASE_TIMEOUT_MS: '600000' } });
});

after(() => rig.close());

type Item = Readonly<Record<string, unknown>>;

const get = (path: string, tenant = tenantId): Promise<Answer> => rig.ask('GET', path, { tenant });
const itemsOf = ({ body }: Answer): readonly Item[] => body['items'] as Item[];

async function append<T extends RecordType>(stationId: string, type: T, value: Records[T]): Promise<number> {
  const key = stationKey(tenantId, stationId);
  const { name, partitions } = rig.topics.events;
  return rig.log.append(name, partitionOf(key, partitions), [{ key, type, value: encodeRecord(type, value) }]);
}

/** A station that is connected; each thing it tells gets the next sequence. */
async function station(stationId: string, subprotocol = 'ocpp1.6') {
  await rig.register(stationId);
  const opening = connected({ eventId: `${stationId}-open`, stationId, recordedAt: Date.now() });
  const epoch = await append(stationId, 'StationConnected', { ...opening, subprotocol });
  let seq = 0;
  const meta = (fields: Partial<Meta> = {}): Partial<Meta> => {
    const eventId = `${stationId}-${seq}`;
    return { eventId, stationId, connectionEpoch: epoch, seq: seq++, recordedAt: Date.now(), ...fields };
  };
  const tell = <T extends RecordType>(
    type: T,
    event: (meta: Partial<Meta>) => Records[T],
    fields: Partial<Meta> = {},
  ) => append(stationId, type, event(meta(fields)));
  const list = (subject: string): Promise<Answer> => get(`/v1/stations/${stationId}/${subject}`);
  /** Waits until the list is not empty. */
  const listed = (subject: string): Promise<readonly Item[]> =>
    eventually(
      async () => itemsOf(await list(subject)) ?? [],
      (items) => items.length > 0,
      `${stationId} ${subject}`,
    );
  return { tell, list, listed };
}

test('what a station tells of each subject stands under its route', async () => {
  const { tell, list, listed } = await station('D-all', 'ocpp2.0.1');
  await tell('FirmwareStatusChanged', (meta) => facts.firmware({ requestId: 1, status: 'Downloading', meta }));
  await tell('LogStatusChanged', (meta) => facts.logStatus({ requestId: 2, status: 'Uploaded', meta }));
  await tell('CertificatesReported', (meta) => ({
    ...facts.certificates('report', [facts.certificate({ expiresAt: 1_000 })]),
    meta: { ...facts.certificates('report', []).meta, ...meta },
  }));
  await tell('LocalListReported', (meta) => facts.localList(12, meta));
  await tell('ReservationChanged', (meta) => facts.reservation({ expiresAt: Date.now() + 3_600_000, meta }));
  await tell('ChargingProfilesReported', (meta) => facts.profiles({ meta }));
  await tell('ChargingProfilesReported', (meta) =>
    facts.profiles({ change: 'report', requestId: 5, last: false, meta }),
  );
  await tell('CompositeScheduleReported', (meta) => facts.composite({ periodsJson: '[{"limit":16}]', meta }));
  await tell('ChargingLimitChanged', (meta) => facts.limit({ meta }));
  await tell('ChargingLimitChanged', (meta) => facts.limit({ evseId: 2, cleared: true, meta }));
  await tell('AvailabilityChanged', (meta) => facts.availability({ meta }));
  await tell('DisplayMessagesReported', (meta) => facts.messages({ meta }));
  await tell('MonitorsReported', (meta) => facts.monitors({ meta }));
  await tell('DeviceEventsReported', (meta) => facts.deviceEvents([facts.deviceEvent()], meta));
  await tell('SecurityEventReported', (meta) => facts.securityEvent(meta));
  await tell('StationBooted', (meta) => booted(meta));

  await listed('boots');
  const shown: [subject: string, field: string, value: unknown][] = [
    ['boots', 'model', 'M1'],
    ['firmware-jobs', 'status', 'Downloading'],
    ['log-jobs', 'status', 'Uploaded'],
    ['certificates', 'expiresAt', '1970-01-01T00:00:01.000Z'],
    ['reservations', 'state', 'active'],
    ['charging-profiles', 'schedules', [{ id: 1 }]],
    ['composite-schedules', 'periods', [{ limit: 16 }]],
    ['charging-limits', 'source', 'SO'],
    ['display-messages', 'content', 'Welcome'],
    ['monitors', 'alarm', { since: '1970-01-01T00:00:00.005Z', value: '23000', severity: 5 }],
    ['device-events', 'value', '23000'],
    ['security-events', 'kind', 'InvalidFirmwareSignature'],
  ];
  for (const [subject, field, value] of shown) {
    assert.deepEqual(
      itemsOf(await list(subject)).map((item) => item[field]),
      [value],
      subject,
    );
  }
  const unfinished = (await list('charging-profiles')).body['unfinished'] as Item[];
  assert.deepEqual(
    unfinished.map(({ requestId, parts }) => [requestId, parts]),
    [[5, [0]]],
  );
  assert.equal((await list('local-list')).body['version'], 12);
  const { body } = await list('state');
  assert.deepEqual([body['localListVersion'], body['activeReservations'], body['clockOffsetMs']], [12, 1, null]);
  assert.deepEqual(
    (body['availability'] as Item[]).map(({ evseId, connectorId, operative }) => [evseId, connectorId, operative]),
    [[1, 0, false]],
  );
});

const subjects = [
  'monitors',
  'firmware-jobs',
  'log-jobs',
  'certificates',
  'reservations',
  'charging-profiles',
  'composite-schedules',
  'charging-limits',
  'display-messages',
  'security-events',
  'device-events',
  'boots',
];

test('a registered station that told nothing has nothing of it; one that nobody knows is none', async () => {
  await rig.register('D-quiet');
  await eventually(
    () => get('/v1/stations/D-quiet/state'),
    ({ status }) => status === 200,
    'D-quiet',
  );
  for (const subject of subjects) {
    assert.deepEqual(itemsOf(await get(`/v1/stations/D-quiet/${subject}`)), [], subject);
    assert.equal((await get(`/v1/stations/D-nobody/${subject}`)).status, 404, subject);
  }
  assert.equal((await get('/v1/stations/D-quiet/local-list')).body['version'], null);
  assert.equal((await get('/v1/stations/D-nobody/local-list')).status, 404);
});

test("one tenant sees nothing of another's documents, events and quirks", async () => {
  for (const subject of subjects)
    assert.equal((await get(`/v1/stations/D-all/${subject}`, 'other')).status, 404, subject);
  assert.deepEqual(itemsOf(await get('/v1/security-events', 'other')), []);
  assert.deepEqual(itemsOf(await get('/v1/quirks', 'other')), []);
});

test('a station keeps its last 200 security events, and pages of them lead from the newest to the oldest', async () => {
  const { tell, list } = await station('D-loud');
  for (let n = 1; n <= 205; n += 1) {
    await tell('SecurityEventReported', (meta) => facts.securityEvent({ ...meta, recordedAt: n }, `E${n}`));
  }
  const first = await eventually(
    () => list('security-events?limit=150'),
    (answer) => itemsOf(answer)[0]?.['kind'] === 'E205',
    'the last event',
  );
  const rest = await list(`security-events?limit=150&cursor=${String(first.body['nextCursor'])}`);
  assert.deepEqual([itemsOf(first).length, itemsOf(rest).length, rest.body['nextCursor']], [150, 50, null]);
  assert.equal(itemsOf(rest).at(-1)?.['kind'], 'E6');
  const named = await get('/v1/security-events?kind=E100');
  assert.deepEqual(
    itemsOf(named).map(({ stationId }) => stationId),
    ['D-loud'],
  );
  assert.equal((await list('security-events?cursor=nonsense')).status, 400);
});

test('quirks are counted over stations of a model, a talkative station tells of many at once', async () => {
  const [one, other] = [await station('D-odd-1'), await station('D-odd-2')];
  for (const each of [one, other]) await each.tell('StationBooted', (meta) => booted(meta, 'Odd'));
  await one.tell('QuirksObserved', (meta) => facts.quirks(['no-zone', 'number-as-text'], meta, '{"first":1}'));
  await one.tell('QuirksObserved', (meta) => ({ ...facts.quirks(['no-zone'], meta, '{"second":1}'), messages: 1_000 }));
  await other.tell('QuirksObserved', (meta) => facts.quirks(['no-zone'], { ...meta, recordedAt: 5 }, '{"old":1}'));
  const counted = await eventually(
    () => get('/v1/quirks?model=Odd&quirk=no-zone'),
    (answer) => itemsOf(answer)[0]?.['count'] === 1_002,
    'the counts',
  );
  const [row] = itemsOf(counted);
  assert.deepEqual([row?.['stations'], row?.['lastStationId'], row?.['lastFrame']], [2, 'D-odd-1', '{"second":1}']);
  assert.equal(row?.['firstAt'], '1970-01-01T00:00:00.005Z');
  const page = await get('/v1/quirks?model=Odd&limit=1');
  const next = await get(`/v1/quirks?model=Odd&limit=1&cursor=${String(page.body['nextCursor'])}`);
  assert.deepEqual(
    [...itemsOf(page), ...itemsOf(next)].map(({ quirk }) => quirk),
    ['no-zone', 'number-as-text'],
  );
});

const endsInLog = async (stationId: string): Promise<unknown> =>
  (await recordsOf(rig, rig.topics.events.name)).flatMap((record) =>
    record.type === 'ReservationChanged' && record.meta.stationId === stationId && record.meta.source === 'timer'
      ? [[record.change, record.meta.connectionEpoch]]
      : [],
  );

const stateOfFirst = (list: (subject: string) => Promise<Answer>, state: string): Promise<Answer> =>
  eventually(
    () => list('reservations'),
    (answer) => itemsOf(answer)[0]?.['state'] === state,
    state,
  );

test('a reservation that is over is ended by the timer, once, in the log', async () => {
  const { tell, list } = await station('D-expired');
  await tell('ReservationChanged', (meta) => facts.reservation({ expiresAt: Date.now() - 1, meta }));
  await stateOfFirst(list, 'expired');
  assert.deepEqual(await endsInLog('D-expired'), [['expired', null]]);
  assert.equal((await list('state')).body['activeReservations'], 0);
});

test('a 2.x station is given time to tell of the expiry itself', async () => {
  const { tell, list } = await station('D-self-reliant', 'ocpp2.0.1');
  await tell('ReservationChanged', (meta) => facts.reservation({ expiresAt: Date.now() - 1, meta }));
  await stateOfFirst(list, 'active');
  await tell('ReservationChanged', (meta) => facts.reservation({ change: 'expired', meta }));
  await stateOfFirst(list, 'expired');
  assert.deepEqual(await endsInLog('D-self-reliant'), []);
});

test('a reservation that no reserved connector shows after a boot is lost, another one is not', async () => {
  const [lost, kept] = [await station('D-lost'), await station('D-kept')];
  const longAgo = Date.now() - 600_000;
  const expiresAt = Date.now() + 3_600_000;
  for (const each of [lost, kept])
    await each.tell('ReservationChanged', (meta) => facts.reservation({ expiresAt, meta }));
  await kept.tell('StationBooted', (meta) => booted({ ...meta, recordedAt: Date.now() }));
  await lost.tell('StationBooted', (meta) => booted({ ...meta, recordedAt: longAgo }));
  await stateOfFirst(lost.list, 'lost');
  assert.deepEqual(await endsInLog('D-lost'), [['lost', null]]);
  const doubted = await eventually(
    () => kept.list('reservations'),
    (answer) => typeof itemsOf(answer)[0]?.['uncertainSince'] === 'string',
    'the doubt',
  );
  assert.equal(itemsOf(doubted)[0]?.['state'], 'active');
});

test('tables filled anew from the log equal the live ones, row for row', async () => {
  const live = await dump(rig.database);
  const tables = ['station_details', 'boots', 'security_events', 'device_events', 'quirks'];
  for (const table of tables) assert.ok((live[`stations_1.${table}`] ?? []).length > 0, table);
  const database = await rig.newDatabase();
  const second = await rig.start(database);
  const rebuilt = await eventually(
    () => dump(database),
    (rows) => JSON.stringify(rows) === JSON.stringify(live),
    'the tables',
  );
  assert.deepEqual(rebuilt, live);
  await second.close();
});

test('a rebuild beside the running service finds them identical', async () => {
  const directory = join(rootDir, 'services/stations/sql/stations');
  const plan = { projection: stationsProjection(rig.topics), directory };
  const settings = { databaseUrl: rig.database, role: 'stations', brokers: rig.brokers, log: logSettings };
  const outcome = await rebuildOf(plan, settings)({ dryRun: true }, () => {});
  assert.deepEqual([outcome.outcome, outcome.isIdentical], ['would-swap', true]);
});

test('a name that is too long for its index parks its station alone', async () => {
  const long = await station('D-long');
  const others = await Promise.all(['D-beside-1', 'D-beside-2', 'D-beside-3'].map((stationId) => station(stationId)));
  // Text that cannot be compressed: Postgres refuses it as a program limit, not as data.
  const name = randomBytes(3_000).toString('base64');
  await long.tell('VariablesReported', (meta) => reported(meta, { [name]: '1' }));
  for (const { tell, list } of others) {
    await tell('LocalListReported', (meta) => facts.localList(9, meta));
    await eventually(
      () => list('local-list'),
      ({ body }) => body['version'] === 9,
      'the local list of a station beside it',
    );
  }
  const { body } = await rig.ask('GET', '/v1/projections/stations', { role: 'platform' });
  assert.match(JSON.stringify(body), /D-long.*rows-refused|rows-refused.*D-long/);
});
