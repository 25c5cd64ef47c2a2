// Whoever ends reservations by the clock is killed before and after it said so: the end stands in the log under one id, and counts once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openCommandPlatform, type CommandPlatform } from './command-platform.ts';
import { eventually, type Page } from './operator-client.ts';

const stationId = 'RESERVED';
const token = { uid: 'T-RESERVED', type: 'ISO14443' } as const;
const lastsMs = 3_000;

let platform: CommandPlatform;

before(async () => {
  const password = 'password-of-RESERVED-0123456789abcdef';
  platform = await openCommandPlatform({
    identities: [{ stationId, version: '1.6', password, evses: 1, tokens: [token] }],
    env: { STATIONS_TICK_MS: '200' },
    envOfFirst: {},
    ownParts: true,
  });
});
after(() => platform.close());

type Reservation = { readonly state: string };
const shown = (): Promise<Page<Reservation>> => platform.operator.get(`/v1/stations/${stationId}/reservations`);
/** The ids of the events that say so, as often as they stand in the log. */
const endsInLog = async (): Promise<string[]> =>
  (await platform.recordsOf('events', stationId)).flatMap((record) =>
    record.type === 'ReservationChanged' && record.change === 'expired' ? [record.meta.eventId] : [],
  );

test('killed before and after the append, the timer ends a reservation once', async () => {
  const stations = platform.trial.processes.get('stations');
  assert.ok(stations !== undefined);
  const station = await platform.connect(stationId, 0, () => ({ status: 'Accepted' }));
  await station.boot();
  await eventually('it is live', async () => ((await platform.stateOf(stationId)).connected ? true : undefined));
  await stations.kill();
  await stations.start({ FAILPOINTS: 'stations.before-reservation-end=crash' });
  const expiresAt = new Date(Date.now() + lastsMs).toISOString();
  const parameters = { evseId: 1, token, expiresAt };
  const { commandId } = await platform.command(stationId, { intent: 'ReserveConnector', parameters });
  assert.equal((await platform.completed(commandId)).outcome, 'accepted');
  await stations.ended();
  assert.deepEqual(await endsInLog(), []);

  await stations.crash({ FAILPOINTS: 'stations.after-reservation-end=crash' });
  assert.equal((await endsInLog()).length, 1);

  await stations.start({ FAILPOINTS: '' });
  const [reservation] = await eventually('the reservation is over', async () => {
    const { items } = await shown();
    return items[0]?.state === 'active' ? undefined : items;
  });
  assert.deepEqual([reservation?.state, (await shown()).items.length], ['expired', 1]);
  // Between its start and its first look at the log it may say the same again: readers know it by its id.
  assert.equal(new Set(await endsInLog()).size, 1);
  station.close();
});
