// Who knocks without being registered: told to the registry where the tenant wants that, refused as anybody else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Admissions, type Upgrade } from '#services/gateway/admission';
import { noClaims } from '#services/gateway/domain/client-certificate';
import { HeldStations, toldAgainMs, toldPerSecondMax } from '#services/gateway/held-stations';
import { fakeGateway } from './fake-parts.ts';
import { station } from './support.ts';

const upgrade: Upgrade = {
  url: '/ocpp/acme/NEW-1',
  authorization: `Basic ${Buffer.from('NEW-1:anything').toString('base64')}`,
  subprotocols: 'ocpp1.6',
  origin: '',
  remoteAddress: '192.0.2.7',
  forwardedFor: '',
  door: 'plain',
  claims: noClaims,
};
const refused = { kind: 'refused', status: '401 Unauthorized', reason: 'unauthorized' };

function admitting(unknownStations: 'hold' | 'refuse', isRegistered = false) {
  const gateway = fakeGateway({ FAILED_LOGIN_ANSWER_MS: '0' });
  gateway.policies = { unknownStations };
  const caches = { ...gateway.parts.caches, station: () => (isRegistered ? station : undefined) };
  return { gateway, admissions: new Admissions({ ...gateway.parts, caches }) };
}

test('an unknown station of a tenant that holds them is told of, and refused in the same words', async () => {
  const { gateway, admissions } = admitting('hold');
  assert.deepEqual(await admissions.decide(upgrade), refused);
  assert.deepEqual(gateway.held, [
    { tenantId: 'acme', stationId: 'NEW-1', address: '192.0.2.7', subprotocols: 'ocpp1.6' },
  ]);
});

test('nobody is told of where the tenant does not hold them, nor of a registered station with a wrong password', async () => {
  for (const { gateway, admissions } of [admitting('refuse'), admitting('hold', true)]) {
    assert.deepEqual(await admissions.decide(upgrade), refused);
    assert.deepEqual(gateway.held, []);
  }
});

test('an identity is told again after a minute, and inventors of identities are told of slowly', () => {
  const told: string[] = [];
  let nowMs = 1_000;
  const held = new HeldStations({
    registry: { held: async ({ stationId }) => void told.push(stationId) },
    now: () => nowMs,
  });
  const knocked = (stationId: string) => held.knocked({ tenantId: 't', stationId, address: '', subprotocols: '' });
  knocked('A');
  nowMs += toldAgainMs - 1;
  knocked('A');
  assert.equal(told.length, 1);
  nowMs += 1;
  knocked('A');
  assert.equal(told.length, 2);
  nowMs += 1_000;
  for (let n = 0; n <= toldPerSecondMax; n++) knocked(`B-${n}`);
  assert.equal(told.length, 2 + toldPerSecondMax);
  nowMs += 1_000;
  knocked(`B-${toldPerSecondMax}`);
  assert.equal(told.length, 3 + toldPerSecondMax, 'who was one too many is told of when it comes again');
});
