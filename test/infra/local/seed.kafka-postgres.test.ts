import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isGeneratedPassword } from '#contracts/passwords';
import { registerDemo, registerIdentities } from '#infra/local/seed';
import { demoFleet } from '#infra/local/demo-fleet';
import { fleetIdentities } from '#load-tests/fleet/identities';
import { passwordForms } from '#services/gateway/domain/basic-auth';
import { startDoor, type Door } from '#test/services/operator/rig';

let door: Door;

before(async () => {
  door = await startDoor('seed');
});
after(() => door.close());

test('the demo registers four places in two countries and every station of its fleet; again, it changes nothing', async () => {
  const key = door.registry.secrets.demoOperatorKey;
  const first = await registerDemo(door.url, key);
  assert.match(first, /4 locations, 25 stations/);
  const again = await registerDemo(door.url, key);
  assert.match(again, /0 new, 0 changed/);
  const { items } = (await (await door.ask('/v1/locations')).json()) as {
    items: { country: string; timeZone: string }[];
  };
  assert.equal(items.length, 4);
  assert.deepEqual(new Set(items.map(({ country }) => country)), new Set(['DE', 'NL']));
  const stations = (await (await door.ask('/v1/stations?limit=1000')).json()) as {
    items: { locationId: string | null; vendor: string; model: string; defaultSubprotocol: string | null }[];
  };
  assert.equal(stations.items.length, demoFleet.stations);
  assert.ok(stations.items.every(({ locationId }) => locationId !== null));
  assert.ok(new Set(stations.items.map(({ vendor, model }) => `${vendor} ${model}`)).size >= 6, 'makes of many kinds');
  const silent = stations.items.filter(({ defaultSubprotocol }) => defaultSubprotocol !== null);
  assert.ok(silent.every(({ vendor }) => vendor === 'Grizzle'));
});

test('a station of the fleet is let in with the password by which it was registered, in both of its forms', async () => {
  const identities = fleetIdentities({ prefix: 'let-in', seed: 'a seed', count: 4 });
  const { demoOperatorKey: key } = door.registry.secrets;
  const counts = await registerIdentities({ operatorUrl: door.url, key, identities });
  assert.equal(counts.created, 4 + identities.flatMap(({ tokens }) => tokens).length);
  for (const { stationId, password } of identities) {
    const { record } = await door.registry.seen(stationId, (seen) => seen.key === `default/${stationId}`);
    assert.ok(record?.type === 'StationRegistered');
    const [verifier] = record.verifiers;
    assert.ok(verifier !== undefined);
    assert.ok(
      passwordForms(Buffer.from(password)).some((form) => isGeneratedPassword(verifier, form)),
      'as hex digits',
    );
    assert.ok(
      passwordForms(Buffer.from(password, 'hex')).some((form) => isGeneratedPassword(verifier, form)),
      'as bytes',
    );
  }
});
