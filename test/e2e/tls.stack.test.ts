// Given a platform behind HAProxy, when stations come over TLS, then profile, suites, certificates and revocations decide.
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Haproxy, haproxyVersion, startHaproxy } from '#infra/haproxy/haproxy';
import { writeServerCertificates } from '#infra/haproxy/server-certificates';
import { freePorts } from '#infra/local/ports';
import { makeThrowAway, type ThrowAway } from '#infra/local/throw-away';
import { startTrial, type Trial } from '#load-tests/bench/trial';
import {
  authorityCertificate,
  type CertificateAuthority,
  embeddedAuthority,
} from '#services/stations/certificates/authority';
import { eventually, operatorOf, type Operator } from './operator-client.ts';
import { rawStation } from './raw-socket.ts';
import { tlsStation, type TlsStationOptions } from './tls-station.ts';

const haproxy = haproxyVersion();
const skip = haproxy === undefined ? 'HAProxy is not installed here (Debian: apt-get install haproxy)' : false;
const boot16 = '[2,"b","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]';
const boot201 = (serialNumber: string): string =>
  JSON.stringify([
    2,
    'b',
    'BootNotification',
    { reason: 'PowerUp', chargingStation: { vendorName: 'V', model: 'M', serialNumber } },
  ]);

/** One identity connects here as often as suites and versions are tried. */
const manyConnects = {
  IDENTITY_CONNECTS_PER_SECOND_MAX: '1000',
  IDENTITY_CONNECTS_BURST_MAX: '1000',
  FLAPPING_CONNECTS_MAX: '10000',
};

type Rig = {
  readonly trial: Trial;
  readonly operator: Operator;
  readonly proxy: Haproxy;
  readonly place: ThrowAway;
  readonly ports: { readonly profile2: number; readonly profile3: number };
  readonly authority: CertificateAuthority;
  readonly serverCa: string;
  readonly passwords: Map<string, string>;
};
let rig: Rig;

/** A station's key, and its certificate from this authority. */
async function clientOf(
  authority: CertificateAuthority,
  commonName: string,
  { unit, forMs = 86_400_000, key = 'ec' }: { unit?: string; forMs?: number; key?: 'ec' | 'rsa' } = {},
) {
  const { privateKey, publicKey } =
    key === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  const serial = `5a${randomBytes(8).toString('hex')}`;
  const now = Date.now();
  const cert = await authority.issue({
    subject: { commonName, organisation: 'ACME', ...(unit === undefined ? {} : { unit }) },
    publicKey: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })),
    serial,
    notBefore: new Date(now - 86_400_000),
    notAfter: new Date(now + forMs),
  });
  return { cert, serial, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
}

async function newAuthority(): Promise<CertificateAuthority> {
  const key = newKey();
  return embeddedAuthority(key, await authorityCertificate(key, new Date()));
}

/** Over TLS to the port of a profile. */
const by = (profile: 2 | 3, stationId: string, over: Partial<TlsStationOptions> = {}) =>
  tlsStation({
    port: profile === 2 ? rig.ports.profile2 : rig.ports.profile3,
    stationId,
    password: profile === 2 ? rig.passwords.get(stationId) : undefined,
    ...over,
    tls: { ca: rig.serverCa, ...over.tls },
  });

before(
  async () => {
    if (skip !== false) return;
    const [proxied = 0, profile2 = 0, profile3 = 0] = await freePorts(3);
    const place = makeThrowAway();
    const trial = await startTrial({
      processes: [['registry', 'stations', 'operator']],
      envOf: { 'gateway-0': { GATEWAY_PROXIED_PORT: String(proxied), TRUSTED_PROXIES: '127.0.0.1', ...manyConnects } },
    });
    const operator = operatorOf(trial);
    const server = await writeServerCertificates(place.dir, new Date());
    const authority = await newAuthority();
    const proxy = await startHaproxy({
      dir: place.dir,
      pidDir: join(place.dir, 'pids'),
      profile2Port: profile2,
      profile3Port: profile3,
      gateways: `127.0.0.1:${proxied}`,
      serverCertificate: server.path,
      clientCaPem: authority.certificatePem,
      revocationsPem: await authority.revocations([], new Date()),
      connectionsMax: 1_000,
    });
    const passwords = new Map<string, string>();
    const ports = { profile2, profile3 };
    rig = { trial, operator, proxy, place, ports, authority, serverCa: server.authorityPem, passwords };
    for (const station of [
      { stationId: 'TLS-1', securityProfile: 2 },
      { stationId: 'PLAIN-1', securityProfile: 1 },
      { stationId: 'RAISED-1', securityProfile: 1 },
      { stationId: 'CERT-1', securityProfile: 3, serialNumber: 'SN-1' },
      { stationId: 'CERT-2', securityProfile: 3, serialNumber: 'SN-2' },
      { stationId: 'CERT-3', securityProfile: 3 },
    ]) {
      const { password } = await operator.post<{ password: string }>('/v1/stations', station);
      passwords.set(station.stationId, password);
    }
    await eventually('the registry is known to the gateway', async () => {
      const station = await by(2, 'TLS-1');
      station.close();
      return true;
    });
  },
  { timeout: 180_000 },
);

after(async () => {
  if (skip !== false) return;
  await rig.proxy.close();
  await rig.trial.close();
  rig.place.remove();
});

test('each suite that OCPP names is spoken, with the certificate it needs', { skip }, async () => {
  const suites = [
    ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ec'],
    ['ECDHE-ECDSA-AES256-GCM-SHA384', 'ec'],
    ['AES128-GCM-SHA256', 'rsa'],
    ['AES256-GCM-SHA384', 'rsa'],
    ['ECDHE-RSA-AES128-GCM-SHA256', 'rsa'],
  ] as const;
  for (const [ciphers, key] of suites) {
    const station = await by(2, 'TLS-1', { tls: { ciphers, maxVersion: 'TLSv1.2' } });
    assert.deepEqual([station.protocol, station.cipher, station.serverKey], ['TLSv1.2', ciphers, key]);
    assert.match(await station.ask(boot16), /Accepted/);
    station.close();
    await station.closed;
  }
});

test('TLS 1.3 is spoken to clients of either kind of certificate', { skip }, async () => {
  for (const [sigalgs, key] of [
    ['ecdsa_secp256r1_sha256', 'ec'],
    ['rsa_pss_rsae_sha256:RSA+SHA256', 'rsa'],
  ] as const) {
    const station = await by(2, 'TLS-1', { tls: { minVersion: 'TLSv1.3', sigalgs } });
    assert.deepEqual([station.protocol, station.serverKey], ['TLSv1.3', key]);
    station.close();
    await station.closed;
  }
});

test('TLS 1.1, weak suites and an unknown server are no connection (S14)', { skip }, async () => {
  const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  await assert.rejects(by(2, 'TLS-1', { tls: old }), /protocol version|unsupported/i);
  const weak = { maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA' } as const;
  await assert.rejects(by(2, 'TLS-1', { tls: weak }), /handshake failure/i);
  await assert.rejects(by(2, 'TLS-1', { tls: { ca: rig.authority.certificatePem } }), /certificate/i);
});

test('profile 2 asks for the password', { skip }, async () => {
  await assert.rejects(by(2, 'TLS-1', { password: 'not the password' }), /refused with 401/);
  await assert.rejects(by(2, 'TLS-1', { password: undefined }), /refused with 401/);
});

test(
  'a good client certificate is let in without a password, and its boot is recorded with profile 3',
  { skip },
  async () => {
    const client = await clientOf(rig.authority, 'SN-1');
    const station = await by(3, 'CERT-1', { tls: client, subprotocol: 'ocpp2.0.1' });
    assert.match(await station.ask(boot201('SN-1')), /Accepted/);
    await eventually('its state shows how it came', async () => {
      const state = await rig.operator.get<{ connection: { securityProfile: number } | null }>(
        '/v1/stations/CERT-1/state',
      );
      return state.connection?.securityProfile === 3 ? true : undefined;
    });
    station.close();
  },
);

test('no certificate, another authority’s, an expired one, and another station’s are refused', { skip }, async () => {
  await assert.rejects(by(3, 'CERT-1'), /certificate required|handshake failure|closed before/i);
  const foreign = await clientOf(await newAuthority(), 'SN-1');
  await assert.rejects(by(3, 'CERT-1', { tls: foreign }), /unknown ca|closed before|decrypt error/i);
  const expired = await clientOf(rig.authority, 'SN-1', { forMs: -60_000 });
  await assert.rejects(by(3, 'CERT-1', { tls: expired }), /expired|closed before/i);
  const other = await clientOf(rig.authority, 'SN-2');
  await assert.rejects(by(3, 'CERT-1', { tls: other }), /refused with 401/);
});

test(
  'a certificate with an RSA key opens too; one of a station of another tenant does not, whatever its name',
  { skip },
  async () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const client = await clientOf(rig.authority, 'SN-1', { key: 'rsa', unit: 'tenant:default' });
      const station = await by(3, 'CERT-1', { tls: { ...client, minVersion: version, maxVersion: version } });
      assert.equal(station.protocol, version);
      station.close();
      await station.closed;
    }
    const foreign = await clientOf(rig.authority, 'SN-1', { unit: 'tenant:other' });
    await assert.rejects(by(3, 'CERT-1', { tls: foreign }), /refused with 401/);
  },
);

test('a boot with another serial number closes a 2.x connection, and warns on 1.6', { skip }, async () => {
  const client = await clientOf(rig.authority, 'SN-2');
  const modern = await by(3, 'CERT-2', { tls: client, subprotocol: 'ocpp2.0.1' });
  modern.ask(boot201('SN-9')).catch(() => undefined);
  assert.equal(await modern.closed, 1008);
  const old = await by(3, 'CERT-2', { tls: client });
  const boot =
    '[2,"b","BootNotification",{"chargePointVendor":"V","chargePointModel":"M","chargePointSerialNumber":"SN-9"}]';
  assert.match(await old.ask(boot), /Accepted/);
  old.close();
});

test('a revoked certificate opens nothing any more, and what it opened stays open', { skip }, async () => {
  const client = await clientOf(rig.authority, 'CERT-3');
  const good = await clientOf(rig.authority, 'CERT-3');
  const open = await by(3, 'CERT-3', { tls: client });
  assert.match(await open.ask(boot16), /Accepted/);
  await rig.proxy.revoke(await rig.authority.revocations([{ serial: client.serial, at: new Date() }], new Date()));
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
    await assert.rejects(
      by(3, 'CERT-3', { tls: { ...client, minVersion: version, maxVersion: version } }),
      /revoked|closed before/i,
    );
  assert.match(await open.ask('[2,"h","Heartbeat",{}]'), /^\[3,"h"/);
  const successor = await by(3, 'CERT-3', { tls: good });
  assert.match(await successor.ask('[2,"h","Heartbeat",{}]'), /^\[3,"h"/);
  successor.close();
});

test(
  'one profile per station: lower is refused, a higher one it proves is its own from then on',
  { skip },
  async () => {
    const plain = (stationId: string) =>
      rawStation({
        url: `${rig.trial.urls.ocpp}/${stationId}`,
        user: stationId,
        password: rig.passwords.get(stationId) ?? '',
      });
    await assert.rejects(plain('TLS-1'), /refused with 403/);
    await assert.rejects(by(2, 'CERT-1'), /refused with 403/);
    const before = await plain('RAISED-1');
    before.close();
    const raised = await by(2, 'RAISED-1');
    raised.close();
    await eventually('the lower profile is over', async () => {
      const again = await plain('RAISED-1').catch((error: unknown) => String(error));
      if (typeof again === 'string') return again.includes('403') ? true : undefined;
      again.close();
      return undefined;
    });
    await assert.rejects(plain('RAISED-1'), /refused with 403/);
  },
);

test('what a station claims of itself in the proxy’s headers is nobody’s word', { skip }, async () => {
  const headers = [
    'x-chargestream-profile: 3',
    `x-chargestream-client-cn: ${Buffer.from('SN-1').toString('base64')}`,
    'x-chargestream-client-serial: 01',
    'X-Forwarded-For: 198.51.100.1',
  ];
  await assert.rejects(by(2, 'CERT-1', { headers, password: undefined }), /refused with 401/);
  await assert.rejects(by(2, 'TLS-1', { headers, password: undefined }), /refused with 401/);
  const metrics = await (await fetch(`${rig.trial.gateways[0]?.adminUrl}/metrics`)).text();
  assert.match(metrics, /gateway_security_events_total\{kind="SecurityProfileDowngrade"\} [1-9]/);
});
