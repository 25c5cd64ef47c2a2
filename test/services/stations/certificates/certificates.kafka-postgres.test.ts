// Certificates of stations: given a request in the log, when the authority decides, then it does so once, and all see it.
import assert from 'node:assert/strict';
import { generateKeyPairSync, webcrypto, X509Certificate } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { makeRequest } from '#kit/x509/request';
import { eventually, FakeGateway, openRig, recordsOf, type Rig } from '../rig.ts';

const dayMs = 86_400_000;
const registry = createServer((request, response) => {
  response.setHeader('content-type', 'application/json');
  const isTenant = request.url?.startsWith('/v1/tenants/') === true;
  const stationId = request.url?.split('/').at(-1) ?? '';
  response.end(JSON.stringify(isTenant ? { organisation: 'ACME' } : { serialNumber: `SN-${stationId}` }));
});
let rig: Rig;
let gateway: FakeGateway;

before(async () => {
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  rig = await openRig({
    authorityKey: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    environment: {
      REGISTRY_URL: `http://127.0.0.1:${(registry.address() as AddressInfo).port}`,
      // Its lease is not renewed here, and a slow machine must not end its connections.
      LEASE_TIMEOUT_MS: '600000',
    },
  });
  gateway = await FakeGateway.open(rig);
});

after(async () => {
  await gateway.close();
  await rig.close();
  registry.close();
});

async function csrOf(commonName: string): Promise<string> {
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  return makeRequest({ commonName, organisation: 'ACME' }, keys);
}

async function connected(stationId: string): Promise<void> {
  await rig.register(stationId);
  await eventually(
    () => rig.ask('GET', `/v1/stations/${stationId}/state`),
    ({ status }) => status === 200,
    'it',
  );
  await gateway.connect(stationId);
}

type Issued = {
  readonly serial: string;
  readonly status: string;
  readonly commonName: string;
  readonly combined: boolean;
};
const issued = async (stationId: string): Promise<Issued[]> =>
  (await rig.ask('GET', `/v1/stations/${stationId}/issued-certificates`)).body['items'] as Issued[];
const sentTo = (stationId: string, intent: string) =>
  gateway.received.filter((command) => command.stationId === stationId && command.intent === intent);
const sql = async (text: string, values: unknown[] = []): Promise<void> => {
  const client = new pg.Client({ connectionString: rig.database });
  await client.connect();
  await client.query(text, values);
  await client.end();
};

test('a good request is signed once, sent as CertificateSigned, and shown; the same event again signs nothing', async () => {
  await connected('C-1');
  await gateway.askToSign('C-1', await csrOf('SN-C-1'), { requestId: 7 });
  const [command] = await eventually(
    async () => sentTo('C-1', 'CertificateSigned'),
    (sent) => sent.length > 0,
    'the command',
  );
  const { chain, type, requestId } = JSON.parse(command?.parametersJson ?? '') as Record<string, string>;
  assert.deepEqual([type, Number(requestId)], ['ChargingStationCertificate', 7]);
  const certificate = new X509Certificate(chain ?? '');
  const ca = new X509Certificate(String((await rig.ask('GET', '/internal/certificates/authority')).body['pem']));
  assert.ok(certificate.verify(ca.publicKey));
  assert.match(certificate.subject, /O=ACME\nOU=tenant:default\nCN=SN-C-1/);
  const [shown] = await issued('C-1');
  assert.deepEqual([shown?.serial, shown?.status], [certificate.serialNumber.toLowerCase(), 'valid']);
  const [request] = (await recordsOf(rig, rig.topics.events.name)).filter(
    (record) => record.type === 'CertificateSigningRequested' && record.meta.stationId === 'C-1',
  );
  assert.ok(request?.type === 'CertificateSigningRequested');
  await gateway.askToSign('C-1', request.csrPem, { meta: request.meta, requestId: 7 });
  await gateway.askToSign('C-1', 'the next one', {});
  await eventually(
    () => refusals('C-1'),
    (seen) => seen.length === 1,
    'the refusal of the next one',
  );
  assert.equal((await issued('C-1')).length, 1);
  assert.equal(sentTo('C-1', 'CertificateSigned').length, 1);
});

test('a request without a type gets one certificate for client and server, sent without a type; its renewal is asked for as such', async () => {
  await connected('C-9');
  await gateway.askToSign('C-9', await csrOf('SN-C-9'), { combined: true });
  const [command] = await eventually(
    async () => sentTo('C-9', 'CertificateSigned'),
    (sent) => sent.length > 0,
    'the command',
  );
  const told = JSON.parse(command?.parametersJson ?? '') as Record<string, string>;
  assert.deepEqual(Object.keys(told), ['chain']);
  const purposes = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'];
  assert.deepEqual(new X509Certificate(told['chain'] ?? '').keyUsage, purposes);
  assert.equal((await issued('C-9'))[0]?.combined, true);
  await lives('C-9', { sinceDays: 300, forDays: 29 });
  const [renewal] = await eventually(
    async () => sentTo('C-9', 'TriggerMessage'),
    (sent) => sent.length > 0,
    'the request to renew',
  );
  assert.deepEqual(JSON.parse(renewal?.parametersJson ?? ''), { message: 'SignCombinedCertificate' });
});

const refusals = async (stationId: string): Promise<string[]> =>
  (
    (await rig.ask('GET', `/v1/stations/${stationId}/security-events`)).body['items'] as {
      kind: string;
      info: string;
    }[]
  ).flatMap(({ kind, info }) => (kind === 'CertificateRequestRefused' ? [info] : []));

test('a request for another station is refused: a security event says why, and nothing is sent', async () => {
  await connected('C-2');
  await gateway.askToSign('C-2', await csrOf('SN-C-1'));
  const seen = await eventually(
    () => refusals('C-2'),
    (all) => all.length > 0,
    'the security event',
  );
  assert.deepEqual(seen, ['its CN is not SN-C-2']);
  assert.deepEqual([await issued('C-2'), sentTo('C-2', 'CertificateSigned')], [[], []]);
});

test('a revoked certificate is in the list of the proxies at once; a viewer and another tenant revoke nothing', async () => {
  await connected('C-3');
  await gateway.askToSign('C-3', await csrOf('SN-C-3'));
  const [certificate] = await eventually(
    () => issued('C-3'),
    (all) => all.length > 0,
    'the certificate',
  );
  const path = `/v1/stations/C-3/issued-certificates/${certificate?.serial}/revoke`;
  const revision = async () => (await rig.ask('GET', '/internal/certificates/revocations')).body['revision'];
  const before = await revision();
  assert.equal((await rig.ask('POST', path, { role: 'viewer' })).status, 403);
  assert.equal((await rig.ask('POST', path, { tenant: 'other' })).status, 404);
  assert.equal(await revision(), before);
  assert.equal((await rig.ask('POST', path)).body['status'], 'revoked');
  assert.notEqual(await revision(), before);
  const again = await rig.ask('POST', path);
  assert.deepEqual([again.status, (await issued('C-3'))[0]?.status], [200, 'revoked']);
});

/** Its certificates are since so long, and for so long. */
const lives = (stationId: string, { sinceDays, forDays }: { sinceDays: number; forDays: number }): Promise<void> =>
  sql('update stations_own.issued_certificates set not_before_ms = $1, not_after_ms = $2 where station_id = $3', [
    Date.now() - sinceDays * dayMs,
    Date.now() + forDays * dayMs,
    stationId,
  ]);

/** A station that has a certificate of this kind. */
async function certified(stationId: string, certificateType = 'ChargingStationCertificate'): Promise<void> {
  await connected(stationId);
  await gateway.askToSign(stationId, await csrOf(`SN-${stationId}`), { certificateType });
  await eventually(
    () => issued(stationId),
    (all) => all.length > 0,
    'the certificate',
  );
}

const messagesTo = (stationId: string): unknown[] =>
  sentTo(stationId, 'TriggerMessage').map(
    ({ parametersJson }) => (JSON.parse(parametersJson) as { message: string }).message,
  );

test('a certificate of a short life is asked for anew in its last third', async () => {
  await certified('C-7');
  await lives('C-7', { sinceDays: 6, forDays: 4 });
  await certified('C-8');
  assert.deepEqual(messagesTo('C-7'), []);
  await lives('C-7', { sinceDays: 7, forDays: 3 });
  await eventually(
    async () => messagesTo('C-7'),
    (sent) => sent.length > 0,
    'the trigger',
  );
});

test('each kind of certificate is asked for by its own message; one whose successor was revoked is asked for too', async () => {
  await certified('C-11', 'V2GCertificate');
  await lives('C-11', { sinceDays: 300, forDays: 29 });
  await eventually(
    async () => messagesTo('C-11'),
    (sent) => String(sent) === 'SignV2GCertificate',
    'the trigger',
  );
  await certified('C-12');
  await gateway.askToSign('C-12', await csrOf('SN-C-12'));
  const [one] = await eventually(
    () => issued('C-12'),
    (all) => all.length === 2,
    'its successor',
  );
  assert.equal((await rig.ask('POST', `/v1/stations/C-12/issued-certificates/${one?.serial}/revoke`)).status, 200);
  assert.deepEqual(messagesTo('C-12'), []);
  await sql(
    `update stations_own.issued_certificates set not_before_ms = $1, not_after_ms = $2
     where station_id = 'C-12' and revoked_at_ms is null`,
    [Date.now() - 300 * dayMs, Date.now() + 20 * dayMs],
  );
  await eventually(
    async () => messagesTo('C-12'),
    (sent) => sent.length > 0,
    'the trigger',
  );
});

test('thirty days before its end a connected station is asked for a new request, once a day', async () => {
  await connected('C-4');
  await gateway.askToSign('C-4', await csrOf('SN-C-4'));
  await eventually(
    () => issued('C-4'),
    (all) => all.length > 0,
    'the certificate',
  );
  const endsIn = (days: number) => lives('C-4', { sinceDays: 300, forDays: days });
  await endsIn(31);
  await connected('C-5');
  await gateway.askToSign('C-5', await csrOf('SN-C-5'));
  await eventually(
    () => issued('C-5'),
    (all) => all.length > 0,
    'a look of the process',
  );
  assert.deepEqual(sentTo('C-4', 'TriggerMessage'), []);
  await endsIn(29);
  const [trigger] = await eventually(
    async () => sentTo('C-4', 'TriggerMessage'),
    (sent) => sent.length > 0,
    'the trigger',
  );
  assert.deepEqual(JSON.parse(trigger?.parametersJson ?? ''), { message: 'SignChargingStationCertificate' });
  await connected('C-6');
  await gateway.askToSign('C-6', await csrOf('SN-C-6'));
  await eventually(
    () => issued('C-6'),
    (all) => all.length > 0,
    'another look',
  );
  assert.equal(sentTo('C-4', 'TriggerMessage').length, 1);
});
