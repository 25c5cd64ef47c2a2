// Whoever ends reservations, or sends them again after a boot, is killed before and after it said so: each counts once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openCommandPlatform, type CommandPlatform } from './command-platform.ts';
import { eventually, type Page } from './operator-client.ts';

const stationId = 'RESERVED';
const tokenOf = (id: string) => ({ uid: `T-${id}`, type: 'ISO14443' }) as const;
const rebootedId = 'REBOOTED';
const lastsMs = 3_000;

let platform: CommandPlatform;

before(async () => {
  const password = 'password-of-RESERVED-0123456789abcdef';
  const common = (id: string) => ({ stationId: id, password, evses: 1, tokens: [tokenOf(id)] });
  platform = await openCommandPlatform({
    identities: [
      { ...common(stationId), version: '1.6' },
      { ...common(rebootedId), version: '2.0.1' },
    ],
    env: { STATIONS_TICK_MS: '200' },
    envOfFirst: {},
    ownParts: true,
  });
});
after(() => platform.close());

type Reservation = { readonly state: string; readonly uncertainSince: string | null };
const shown = (id = stationId): Promise<Page<Reservation>> => platform.operator.get(`/v1/stations/${id}/reservations`);
/** The ids of the events that say so, as often as they stand in the log. */
const endsInLog = async (change: 'expired' | 'lost' = 'expired', id = stationId): Promise<string[]> =>
  (await platform.recordsOf('events', id)).flatMap((record) =>
    record.type === 'ReservationChanged' && record.change === change ? [record.meta.eventId] : [],
  );
/** The commands of the rebooted station, as often as they were requested. */
const requestsInLog = async (): Promise<string[]> =>
  (await platform.recordsOf('commands', rebootedId)).flatMap((record) =>
    record.type === 'CommandRequested' ? [record.commandId] : [],
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
  const parameters = { evseId: 1, token: tokenOf(stationId), expiresAt };
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

test('after a boot a reservation is sent again once, and lost once, whenever the one who decides is killed', async () => {
  const stations = platform.trial.processes.get('stations');
  assert.ok(stations !== undefined);
  let status = 'Accepted';
  const station = await platform.connect(rebootedId, 1, () => ({ status }));
  const heard = (): number => station.calls.filter(({ action }) => action === 'ReserveNow').length;
  await station.boot();
  await eventually('it is live', async () => ((await platform.stateOf(rebootedId)).connected ? true : undefined));
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const parameters = { evseId: 1, token: tokenOf(rebootedId), expiresAt };
  const { commandId } = await platform.command(rebootedId, { intent: 'ReserveConnector', parameters });
  assert.equal((await platform.completed(commandId)).outcome, 'accepted');
  await eventually('it is reserved', async () => (await shown(rebootedId)).items[0]);

  await stations.kill();
  await stations.start({ FAILPOINTS: 'stations.before-reservation-request=crash' });
  await station.boot();
  await stations.ended();
  assert.deepEqual(await requestsInLog(), [commandId]);
  await stations.crash({ FAILPOINTS: 'stations.after-reservation-request=crash' });
  assert.equal((await requestsInLog()).length, 2);
  await stations.start({ FAILPOINTS: '' });
  const certain = await eventually('no doubt is left', async () => {
    const [first] = (await shown(rebootedId)).items;
    return first?.uncertainSince === null ? first : undefined;
  });
  assert.deepEqual([certain.state, heard(), new Set(await requestsInLog()).size], ['active', 2, 2]);

  await stations.kill();
  await stations.start({ FAILPOINTS: 'stations.before-reservation-end=crash' });
  status = 'Rejected';
  await station.boot();
  await stations.ended();
  assert.deepEqual([await endsInLog('lost', rebootedId), heard()], [[], 3]);
  await stations.crash({ FAILPOINTS: 'stations.after-reservation-end=crash' });
  await stations.start({ FAILPOINTS: '' });
  await eventually('it is lost', async () => ((await shown(rebootedId)).items[0]?.state === 'lost' ? true : undefined));
  assert.deepEqual([new Set(await endsInLog('lost', rebootedId)).size, heard()], [1, 3]);
  station.close();
});
