// Whoever signs is killed at each step between the request and what the station is told: one certificate, one CertificateSigned.
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { after, before, test } from 'node:test';
import { makeRequest } from '#kit/x509/request';
import { openCommandPlatform, type CommandPlatform } from './command-platform.ts';
import { eventually, type Page } from './operator-client.ts';

const stationId = 'SIGNED';
const password = 'password-of-SIGNED-0123456789abcdef';
/** In the order in which a request passes them. */
const failpoints = ['before-certificate-decision', 'before-certificate', 'after-certificate'] as const;

let platform: CommandPlatform;

before(async () => {
  platform = await openCommandPlatform({
    identities: [{ stationId, version: '2.0.1', password, evses: 1, tokens: [] }],
    env: { STATIONS_TICK_MS: '200' },
    envOfFirst: {},
  });
});
after(() => platform?.close());

const issued = async (): Promise<number> =>
  (await platform.operator.get<Page<object>>(`/v1/stations/${stationId}/issued-certificates`)).items.length;
/** Of the commands in the log, each as often as it stands there. */
const requested = async (): Promise<string[]> =>
  (await platform.recordsOf('commands', stationId)).flatMap((record) =>
    record.type === 'CommandRequested' && record.intent === 'CertificateSigned' ? [record.commandId] : [],
  );

test('killed before it decides, before it tells and before it notes that it told, it signs once and tells once', async () => {
  const stations = platform.trial.processes.get('stations');
  assert.ok(stations !== undefined);
  const station = await platform.connect(stationId, 0);
  await station.boot();
  await eventually('it is live', async () => ((await platform.stateOf(stationId)).connected ? true : undefined));
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const csr = await makeRequest({ commonName: stationId, organisation: 'ACME' }, keys);
  await stations.kill();
  const told = await station.ask('SignCertificate', { csr, certificateType: 'ChargingStationCertificate' });
  assert.equal(told?.payload['status'], 'Accepted');
  const inLog: number[] = [];
  for (const failpoint of failpoints) {
    await stations.crash({ FAILPOINTS: `stations.${failpoint}=crash` });
    inLog.push((await requested()).length);
  }
  assert.deepEqual(inLog, [0, 0, 1], 'each stood where its name says');

  await stations.start({ FAILPOINTS: '' });
  await eventually('the station has it', async () =>
    station.calls.some(({ action }) => action === 'CertificateSigned') ? true : undefined,
  );
  const second = await makeRequest({ commonName: stationId, organisation: 'ACME' }, keys);
  await station.ask('SignCertificate', { csr: second, certificateType: 'ChargingStationCertificate' });
  // Decided after the first one: whatever a crash left of that was told before.
  await eventually('the next request is served too', async () => ((await issued()) === 2 ? true : undefined));
  await eventually('and sent', async () =>
    station.calls.filter(({ action }) => action === 'CertificateSigned').length >= 2 ? true : undefined,
  );
  assert.equal(station.calls.filter(({ action }) => action === 'CertificateSigned').length, 2);
  assert.equal(new Set(await requested()).size, 2);
  station.close();
});
