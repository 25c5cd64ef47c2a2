// A station's certificate from its first day to its last, on the whole platform: asked for, signed, used, expired, revoked, given up.
import assert from 'node:assert/strict';
import { createPublicKey, webcrypto } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Haproxy, haproxyVersion, startHaproxy } from '#infra/haproxy/haproxy';
import { writeServerCertificates } from '#infra/haproxy/server-certificates';
import { type Child, startChild } from '#infra/local/child';
import { rootDir } from '#infra/local/paths';
import { freePorts } from '#infra/local/ports';
import { makeThrowAway, type ThrowAway } from '#infra/local/throw-away';
import { makeRequest } from '#kit/x509/request';
import { startTrial, type Trial } from '#load-tests/bench/trial';
import { embeddedAuthority } from '#services/stations/certificates/authority';
import { eventually, operatorOf, type Operator } from './operator-client.ts';
import { tlsStation, type TlsStation } from './tls-station.ts';

const skip = haproxyVersion() === undefined ? 'HAProxy is not installed here (Debian: apt-get install haproxy)' : false;
const stationId = 'LIFELONG';
const serialNumber = 'SN-LIFELONG';

type Rig = {
  readonly trial: Trial;
  readonly operator: Operator;
  readonly place: ThrowAway;
  readonly proxy: Haproxy;
  readonly follower: Child;
  readonly ports: { readonly profile2: number; readonly profile3: number };
  readonly serverCa: string;
  readonly authorityPem: string;
  readonly password: string;
};
let rig: Rig;
type Identity = { readonly key: string; readonly cert: string };
let identity: Identity;
let keys: webcrypto.CryptoKeyPair;

/** Over TLS to the port of a profile, as a 2.0.1 station. */
const by = (profile: 2 | 3, tls: Partial<Identity> = {}): Promise<TlsStation> =>
  tlsStation({
    port: profile === 2 ? rig.ports.profile2 : rig.ports.profile3,
    stationId,
    subprotocol: 'ocpp2.0.1',
    password: profile === 2 ? rig.password : undefined,
    tls: { ca: rig.serverCa, ...tls },
  });

const call = (action: string, payload: object): string => JSON.stringify([2, action, action, payload]);
const boot = call('BootNotification', {
  reason: 'PowerUp',
  chargingStation: { vendorName: 'V', model: 'M', serialNumber },
});

/** What follow-crl.ts fetches, as a proxy has it when it starts. */
async function ofAuthority(trial: Trial, what: 'authority' | 'revocations'): Promise<string> {
  const response = await fetch(`${trial.urls.stations}/internal/certificates/${what}`, {
    headers: { authorization: `Bearer ${trial.secrets.internalToken}` },
  });
  assert.equal(response.status, 200);
  return ((await response.json()) as { pem: string }).pem;
}

function follow(trial: Trial, dir: string): Promise<Child> {
  return startChild({
    name: 'follow-crl',
    command: process.execPath,
    args: ['--import', 'tsx', 'infra/haproxy/follow-crl.ts'],
    env: {
      ...process.env,
      ...trial.environment,
      CLIENT_CA: join(dir, 'client-ca.pem'),
      CLIENT_CRL: join(dir, 'revocations.pem'),
      ADMIN_SOCKET: join(dir, 'admin.sock'),
      CRL_EVERY_MS: '200',
    },
    cwd: rootDir,
    logDir: dir,
    pidDir: join(dir, 'pids'),
    kind: 'engine',
    signal: 'SIGTERM',
  });
}

before(
  async () => {
    if (skip !== false) return;
    const [proxied = 0, profile2 = 0, profile3 = 0] = await freePorts(3);
    const place = makeThrowAway();
    const trial = await startTrial({
      processes: [['registry', 'stations', 'operator']],
      envOf: {
        'gateway-0': {
          GATEWAY_PROXIED_PORT: String(proxied),
          TRUSTED_PROXIES: '127.0.0.1',
          // One identity connects here as often as something is waited for.
          IDENTITY_CONNECTS_PER_SECOND_MAX: '1000',
          IDENTITY_CONNECTS_BURST_MAX: '1000',
          FLAPPING_CONNECTS_MAX: '10000',
        },
      },
    });
    const operator = operatorOf(trial);
    const server = await writeServerCertificates(place.dir, new Date());
    const authorityPem = await ofAuthority(trial, 'authority');
    const proxy = await startHaproxy({
      dir: place.dir,
      pidDir: join(place.dir, 'pids'),
      profile2Port: profile2,
      profile3Port: profile3,
      gateways: `127.0.0.1:${proxied}`,
      serverCertificate: server.path,
      clientCaPem: authorityPem,
      revocationsPem: await ofAuthority(trial, 'revocations'),
      connectionsMax: 100,
    });
    const follower = await follow(trial, place.dir);
    const registered = { stationId, securityProfile: 2, serialNumber };
    const { password } = await operator.post<{ password: string }>('/v1/stations', registered);
    const ports = { profile2, profile3 };
    rig = { trial, operator, place, proxy, follower, ports, serverCa: server.authorityPem, authorityPem, password };
    keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  },
  { timeout: 180_000 },
);

after(async () => {
  if (skip !== false || rig === undefined) return;
  await rig.follower.stop(5_000);
  await rig.proxy.close();
  await rig.trial.close();
  rig.place.remove();
});

test(
  'a station of profile 2 has its request signed, and comes with that certificate at profile 3',
  { skip },
  async () => {
    const station = await eventually('the gateway knows it', () => by(2));
    assert.match(await station.ask(boot), /Accepted/);
    const csr = await makeRequest({ commonName: serialNumber, organisation: 'ACME' }, keys);
    const request = { csr, certificateType: 'ChargingStationCertificate' };
    assert.match(await station.ask(call('SignCertificate', request)), /^\[3,"SignCertificate",\{"status":"Accepted"/);
    const [type, id, action, { certificateChain }] = JSON.parse(await station.next()) as [
      number,
      string,
      string,
      { certificateChain: string },
    ];
    assert.deepEqual([type, action], [2, 'CertificateSigned']);
    station.send(JSON.stringify([3, id, { status: 'Accepted' }]));
    const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
    const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`;
    identity = { key, cert: certificateChain };
    const certified = await by(3, identity);
    assert.match(await certified.ask(boot), /Accepted/);
    await eventually('its state shows profile 3', async () => {
      const path = `/v1/stations/${stationId}/state`;
      const { connection } = await rig.operator.get<{ connection: { securityProfile: number } }>(path);
      return connection.securityProfile === 3 ? true : undefined;
    });
    await eventually('profile 2 is over', async () => {
      const answer = await by(2).then(
        (again) => again.close(),
        (error: unknown) => String(error),
      );
      return typeof answer === 'string' && answer.includes('403') ? true : undefined;
    });
    certified.close();
  },
);

test('down to profile 2 it comes again only where its operator and its own variable allow it', { skip }, async () => {
  const station = await by(3, identity);
  assert.match(await station.ask(boot), /Accepted/);
  const consent = { method: 'PATCH', body: JSON.stringify({ allowsProfileDowngrade: true }) };
  await assert.rejects(by(2), /refused with 403/);
  assert.equal((await rig.operator.raw(`/v1/stations/${stationId}`, consent)).status, 200);
  await told(station, 'false');
  await assert.rejects(by(2), /refused with 403/);
  await told(station, 'true');
  const lowered = await eventually('the consent is known to the gateway', () => by(2));
  assert.match(await lowered.ask(boot), /Accepted/);
  lowered.close();
});

/** The station reports its variable, and the platform shows it. */
async function told(station: TlsStation, value: 'true' | 'false'): Promise<void> {
  const reportData = [
    {
      component: { name: 'SecurityCtrlr' },
      variable: { name: 'AllowSecurityProfileDowngrade' },
      variableAttribute: [{ type: 'Actual', value, mutability: 'ReadOnly' }],
    },
  ];
  const report = { requestId: 1, generatedAt: new Date().toISOString(), seqNo: 0, reportData };
  assert.match(await station.ask(call('NotifyReport', report)), /^\[3,"NotifyReport"/);
  await eventually(`its variable is ${value}`, async () => {
    const path = `/v1/stations/${stationId}/variables?component=SecurityCtrlr`;
    const { items } = await rig.operator.get<{ items: { value: string | null }[] }>(path);
    return items[0]?.value === value ? true : undefined;
  });
}

test('an expired certificate of the same authority opens nothing', { skip }, async () => {
  const authority = await embeddedAuthority(rig.trial.secrets.certificateAuthorityKey, rig.authorityPem);
  const publicKey = createPublicKey({ key: identity.cert, format: 'pem' }).export({ type: 'spki', format: 'der' });
  const order = (endsInMs: number, serial: string) => ({
    subject: { commonName: serialNumber, organisation: 'ACME' },
    publicKey: new Uint8Array(publicKey),
    serial,
    notBefore: new Date(Date.now() - 120_000),
    notAfter: new Date(Date.now() + endsInMs),
  });
  const expired = await authority.issue(order(-60_000, '5a01'));
  await assert.rejects(by(3, { ...identity, cert: expired }), /expired|closed before/i);
  const valid = await by(3, { ...identity, cert: await authority.issue(order(600_000, '5a02')) });
  valid.close();
});

test(
  'revoked by its operator it opens nothing any more within seconds, and the open socket stays',
  { skip },
  async () => {
    let open = await by(3, identity);
    const path = `/v1/stations/${stationId}/issued-certificates`;
    const { items } = await rig.operator.get<{ items: { serial: string }[] }>(path);
    assert.equal(items.length, 1);
    await rig.operator.post(`${path}/${items[0]?.serial}/revoke`, {});
    const why = await eventually('the proxy heard of it', async () => {
      const answer = await by(3, identity).catch((error: unknown) => String(error));
      if (typeof answer === 'string') return answer;
      // Of two sockets of one station the newer one stays.
      open = answer;
      return undefined;
    });
    assert.match(await open.ask(call('Heartbeat', {})), /^\[3,"Heartbeat"/);
    open.close();
    assert.match(why, /revoked|closed before/i);
    assert.equal(rig.follower.hasExited(), false);
  },
);
