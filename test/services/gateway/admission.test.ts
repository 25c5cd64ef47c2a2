// Upgrades: given what the registry knows, when a socket asks for an identity, then it is let in or refused, and says no more.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StationRegistered } from '#contracts/generated/types';
import { verifierOfChosen, verifierOfGenerated } from '#contracts/passwords';
import { Admissions, type Admission, type Upgrade } from '#services/gateway/admission';
import { noClaims } from '#services/gateway/domain/client-certificate';
import { fakeGateway } from './fake-parts.ts';
import { station } from './support.ts';

const upgradeWith = (password: string, over: Partial<Upgrade> = {}): Upgrade => ({
  url: '/ocpp/CS-001',
  authorization: `Basic ${Buffer.from(`CS-001:${password}`).toString('base64')}`,
  subprotocols: 'ocpp1.6',
  origin: '',
  remoteAddress: '127.0.0.1',
  forwardedFor: '',
  door: 'plain',
  claims: noClaims,
  ...over,
});

function admitting(over: Partial<StationRegistered>, environment: Record<string, string> = {}) {
  const gateway = fakeGateway({ FAILED_LOGIN_ANSWER_MS: '0', ...environment });
  const registered = { station: { ...station, ...over } as StationRegistered | undefined };
  const caches = { ...gateway.parts.caches, station: () => registered.station };
  const admissions = new Admissions({ ...gateway.parts, caches });
  return { admissions, registered, gateway };
}

const statusOf = (admission: Admission): string =>
  admission.kind === 'admitted' ? 'admitted' : admission.status.slice(0, 3);

test('the right password is let in; a wrong one, another’s and none get the same 401', async () => {
  const { admissions, registered } = admitting({ verifiers: [verifierOfGenerated(Buffer.from('right'), 0)] });
  const admitted = await admissions.decide(upgradeWith('right'));
  assert.ok(admitted.kind === 'admitted');
  assert.deepEqual(admitted.admitted.station.verifiers, [], 'a connection keeps no verifiers');
  const wrong = await admissions.decide(upgradeWith('wrong'));
  const none = await admissions.decide(upgradeWith('', { authorization: '' }));
  const other = await admissions.decide(upgradeWith('right', { url: '/ocpp/CS-002' }));
  registered.station = undefined;
  const unknown = await admissions.decide(upgradeWith('right'));
  for (const refusal of [wrong, none, other, unknown])
    assert.deepEqual(refusal, { kind: 'refused', status: '401 Unauthorized', reason: 'unauthorized' });
});

test('more chosen passwords than may be checked at once are told to come back, not that they are wrong', async () => {
  const verifiers = [await verifierOfChosen(Buffer.from('right'), 0)];
  const { admissions } = admitting({ verifiers }, { IDENTITY_CONNECTS_BURST_MAX: '10' });
  const all = await Promise.all(Array.from({ length: 10 }, async () => admissions.decide(upgradeWith('right'))));
  assert.deepEqual(all.map(statusOf), [...Array.from({ length: 8 }, () => 'admitted'), '503', '503']);
  assert.equal(statusOf(await admissions.decide(upgradeWith('right'))), 'admitted');
});

test('a verified password costs no second check, also while the old one is still registered', async () => {
  const verifiers = [await verifierOfChosen(Buffer.from('old'), 0), await verifierOfChosen(Buffer.from('new'), 1)];
  const { admissions } = admitting({ verifiers });
  await admissions.decide(upgradeWith('new'));
  const guesses = Array.from({ length: 8 }, async (_, n) => admissions.decide(upgradeWith(`guess ${n}`)));
  assert.equal(statusOf(await admissions.decide(upgradeWith('new'))), 'admitted');
  assert.deepEqual((await Promise.all(guesses)).map(statusOf).slice(0, 1), ['401']);
});

test('what changed while the password was checked counts', async () => {
  const { admissions, registered } = admitting({ verifiers: [await verifierOfChosen(Buffer.from('right'), 0)] });
  const disabled = admissions.decide(upgradeWith('right'));
  registered.station = { ...station, enabled: false };
  assert.equal(statusOf(await disabled), '401');
  registered.station = { ...station, verifiers: [await verifierOfChosen(Buffer.from('again'), 0)] };
  const late = admissions.decide(upgradeWith('again'));
  admissions.draining = true;
  assert.equal(statusOf(await late), '503');
});

test('S21: the version is the client’s first that we speak; none of them, or none at all, is 400 and never guessed', async () => {
  const { admissions } = admitting(
    { verifiers: [verifierOfGenerated(Buffer.from('right'), 0)] },
    { IDENTITY_CONNECTS_BURST_MAX: '100', FLAPPING_CONNECTS_MAX: '100' },
  );
  const versionOf = async (subprotocols: string): Promise<string> => {
    const admission = await admissions.decide(upgradeWith('right', { subprotocols }));
    return admission.kind === 'admitted' ? admission.admitted.dialect.version : statusOf(admission);
  };
  assert.equal(await versionOf('ocpp2.0.1,ocpp1.6'), '2.0.1');
  assert.equal(await versionOf('ocpp1.5, ocpp2.1 , ocpp1.6'), '2.1');
  for (const unknown of ['ocpp1.5', 'ocpp2.0', 'ocpp', 'ocpp1.6j', '__proto__', 'constructor', '', ',', ' '])
    assert.equal(await versionOf(unknown), '400', unknown);
});
