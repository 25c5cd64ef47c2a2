// Who the simulated stations are.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fleetIdentities } from '#load-tests/fleet/identities';

test('identities are the same for the same seed, fit every OCPP version, and share no token', () => {
  const fleet = fleetIdentities({ prefix: 'SIM', seed: 'a', count: 40 });
  assert.deepEqual(fleet, fleetIdentities({ prefix: 'SIM', seed: 'a', count: 40 }));
  assert.notEqual(fleet[0]?.password, fleetIdentities({ prefix: 'SIM', seed: 'b', count: 1 })[0]?.password);
  assert.deepEqual(
    fleet.slice(0, 8).map((each) => `${each.stationId} ${each.version} ${each.evses}`),
    [
      'SIM-0001 1.6 1',
      'SIM-0002 2.0.1 2',
      'SIM-0003 1.6 2',
      'SIM-0004 2.0.1 1',
      'SIM-0005 1.6 1',
      'SIM-0006 2.1 2',
      'SIM-0007 1.6 2',
      'SIM-0008 2.1 1',
    ],
  );
  assert.ok(fleet.every((each) => /^[0-9a-f]{40}$/.test(each.password) && each.tokens.length === each.evses));
  const uids = fleet.flatMap((each) => each.tokens.map((token) => token.uid));
  assert.equal(new Set(uids).size, uids.length);
  assert.ok(uids.every((uid) => uid.length <= 20));
});
