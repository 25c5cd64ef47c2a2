// After a boot a station is sent its reservations again, once: accepted it stays, with any other answer it is lost.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { encodeRecord, type RecordType } from '#contracts/codec';
import type { Records } from '#contracts/generated/types';
import { partitionOf, stationKey } from '#contracts/keys';
import * as facts from './facts.ts';
import { booted, tenantId } from './records.ts';
import { eventually, FakeGateway, openRig, recordsOf, type Rig } from './rig.ts';

let rig: Rig;
let gateway: FakeGateway;

before(async () => {
  rig = await openRig({ environment: { LEASE_TIMEOUT_MS: '600000' } });
  gateway = await FakeGateway.open(rig);
});
after(async () => {
  await gateway.close();
  await rig.close();
});

const token = { uid: 'PLAIN-CARD', type: 'ISO14443' };

async function append<T extends RecordType>(stationId: string, type: T, value: Records[T]): Promise<void> {
  const key = stationKey(tenantId, stationId);
  const { name, partitions } = rig.topics.events;
  await rig.log.append(name, partitionOf(key, partitions), [{ key, type, value: encodeRecord(type, value) }]);
}
const told = (stationId: string) => ({
  stationId,
  eventId: randomBytes(6).toString('hex'),
  recordedAt: Date.now(),
  connectionEpoch: null,
  seq: null,
});
/** As the gateway tells it with the answer of the station. */
const accept = (stationId: string, expiresAt: number) =>
  append(stationId, 'ReservationChanged', facts.reservation({ expiresAt, meta: told(stationId) }));
const boot = (stationId: string) => append(stationId, 'StationBooted', booted(told(stationId)));
const asked = (stationId: string) => gateway.received.filter((command) => command.stationId === stationId);
const commandsOf = async (stationId: string): Promise<string[]> =>
  (await recordsOf(rig, rig.topics.commands.name)).flatMap((record) =>
    record.type === 'CommandRequested' && record.stationId === stationId ? [record.commandId] : [],
  );

type Shown = { readonly state?: string; readonly uncertainSince?: string | null };
async function shown(stationId: string): Promise<Shown> {
  const { body } = await rig.ask('GET', `/v1/stations/${stationId}/reservations`);
  return (body['items'] as Shown[] | undefined)?.[0] ?? {};
}
const until = (stationId: string, what: string, isWanted: (value: Shown) => boolean): Promise<Shown> =>
  eventually(() => shown(stationId), isWanted, what);

/** A station with one reservation, which it accepted. */
async function reserved(stationId: string, lastsMs = 3_600_000): Promise<number> {
  await rig.register(stationId);
  await gateway.connect(stationId);
  const expiresAt = Date.now() + lastsMs;
  const parameters = { reservationId: 7, evseId: 1, token, expiresAt: new Date(expiresAt).toISOString() };
  const body = { intent: 'ReserveConnector', parameters };
  await eventually(
    () => rig.ask('POST', `/v1/stations/${stationId}/commands?waitSeconds=20`, { body }),
    ({ status }) => status < 300,
    'the reservation',
  );
  await accept(stationId, expiresAt);
  await until(stationId, 'active', ({ state }) => state === 'active');
  return expiresAt;
}

test('it is sent again in the same words, to its expiry; accepted, it stays, and is sent no more until the next boot', async () => {
  const expiresAt = await reserved('R-kept');
  await boot('R-kept');
  await eventually(
    async () => asked('R-kept'),
    (all) => all.length === 2,
    'the second request',
  );
  const [first, again] = asked('R-kept');
  assert.deepEqual(JSON.parse(again?.parametersJson ?? ''), JSON.parse(first?.parametersJson ?? ''));
  assert.deepEqual([again?.lane, again?.expiresAt, again?.requestedBy], ['driver', expiresAt, 'stations']);
  await until('R-kept', 'the doubt', ({ uncertainSince }) => typeof uncertainSince === 'string');
  await accept('R-kept', expiresAt);
  await until('R-kept', 'no doubt', ({ state, uncertainSince }) => state === 'active' && uncertainSince === null);
  await boot('R-kept');
  await eventually(
    async () => asked('R-kept'),
    (all) => all.length === 3,
    'the third request',
  );
  assert.equal(new Set(await commandsOf('R-kept')).size, 3);
});

test('any other answer loses it at once', async () => {
  await reserved('R-refused');
  gateway.outcomes.push('rejected');
  await boot('R-refused');
  await until('R-refused', 'the loss', ({ state }) => state === 'lost');
  assert.equal((await commandsOf('R-refused')).length, 2);
});

test('a station that is away after its boot is asked when it is back; one that stays away has it until it expires', async () => {
  await reserved('R-away');
  await gateway.disconnect('R-away');
  await boot('R-away');
  await until('R-away', 'the doubt', ({ uncertainSince }) => typeof uncertainSince === 'string');
  await reserved('R-marker');
  await boot('R-marker');
  await eventually(
    async () => asked('R-marker'),
    (all) => all.length === 2,
    'a later look',
  );
  assert.equal((await commandsOf('R-away')).length, 1);
  await gateway.connect('R-away');
  await eventually(
    async () => asked('R-away'),
    (all) => all.length === 2,
    'the request once it is back',
  );
});

test('one that is over is not sent again', async () => {
  await reserved('R-over', 1_500);
  await until('R-over', 'its end', ({ state }) => state === 'expired');
  await boot('R-over');
  await reserved('R-marker-2');
  await boot('R-marker-2');
  await eventually(
    async () => asked('R-marker-2'),
    (all) => all.length === 2,
    'a later look',
  );
  assert.equal(asked('R-over').length, 1);
});
