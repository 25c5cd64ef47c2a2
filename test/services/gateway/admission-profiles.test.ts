// Security profiles: given a registered profile, when a station arrives by one, then only that one lets it in, or a higher one it proves.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StationRegistered, TenantRegistered } from '#contracts/generated/types';
import { verifierOfGenerated } from '#contracts/passwords';
import { Admissions, type Admission, type Upgrade } from '#services/gateway/admission';
import { defaultTenant } from '#services/gateway/caches';
import { noClaims, type ProxyClaims } from '#services/gateway/domain/client-certificate';
import { fakeGateway, settle } from './fake-parts.ts';
import { station } from './support.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const basic = `Basic ${base64('CS-001:right')}`;
const claims2: ProxyClaims = { ...noClaims, profile: '2' };
const claims3 = (commonName: string, organisation = 'ACME', serial = '0A1B'): ProxyClaims => ({
  ...noClaims,
  profile: '3',
  commonName: base64(commonName),
  organisation: base64(organisation),
  serial,
});

function gate(over: Partial<StationRegistered>, tenant: Partial<TenantRegistered> = {}) {
  const gateway = fakeGateway({ FAILED_LOGIN_ANSWER_MS: '0', TRUSTED_PROXIES: '10.0.0.9' });
  gateway.ackAll();
  const registered = { ...station, verifiers: [verifierOfGenerated(Buffer.from('right'), 0)], ...over };
  const caches = {
    ...gateway.parts.caches,
    station: () => registered,
    tenant: () => ({ ...defaultTenant('default'), ...tenant }),
  };
  const admissions = new Admissions({ ...gateway.parts, caches });
  const ask = async (over: Partial<Upgrade>): Promise<Admission> =>
    admissions.decide({
      url: '/ocpp/CS-001',
      authorization: '',
      subprotocols: 'ocpp2.0.1',
      origin: '',
      remoteAddress: '10.0.0.9',
      forwardedFor: '203.0.113.7',
      door: 'proxied',
      claims: noClaims,
      ...over,
    });
  const plain = () => ask({ door: 'plain', authorization: basic, remoteAddress: '203.0.113.7', forwardedFor: '' });
  const withPassword = () => ask({ claims: claims2, authorization: basic });
  const withCertificate = (claims: ProxyClaims) => ask({ claims });
  const securityEvents = () =>
    gateway.records.flatMap((record) => (record.type === 'SecurityEventReported' ? [record.kind] : []));
  return { gateway, registered, ask, plain, withPassword, withCertificate, securityEvents };
}

const how = (admission: Admission): string =>
  admission.kind === 'admitted' ? `profile ${admission.admitted.securityProfile}` : admission.status.slice(0, 3);

test('a station comes by the profile it is registered for', async () => {
  assert.equal(how(await gate({ securityProfile: 1 }).plain()), 'profile 1');
  assert.equal(how(await gate({ securityProfile: 2 }).withPassword()), 'profile 2');
  const certified = await gate({ securityProfile: 3 }).withCertificate(claims3('CS-001'));
  assert.ok(certified.kind === 'admitted');
  assert.deepEqual(certified.admitted.certificate, {
    commonName: 'CS-001',
    organisation: 'ACME',
    unit: '',
    serial: '0a1b',
  });
  assert.equal(certified.admitted.remoteAddress, '203.0.113.7');
});

test('a lower profile is refused though the password is right, and is a security event once in ten minutes (S14)', async () => {
  const { gateway, plain, securityEvents } = gate({ securityProfile: 2 });
  assert.equal(how(await plain()), '403');
  assert.equal(how(await plain()), '403');
  assert.deepEqual(securityEvents(), ['SecurityProfileDowngrade']);
  gateway.nowMs += 10 * 60_000 + 1;
  assert.equal(how(await plain()), '403');
  assert.equal(securityEvents().length, 2);
});

test('a wrong password at a lower profile says nothing of the profile', async () => {
  const { ask } = gate({ securityProfile: 2 });
  assert.equal(how(await ask({ door: 'plain', authorization: `Basic ${base64('CS-001:wrong')}` })), '401');
});

const consented = { securityProfile: 3, allowsProfileDowngrade: true } as const;

test('3 to 2 is let in where operator and station allow it, and nothing else goes down (A05.FR.08-10)', async () => {
  const answers: Record<string, string> = {};
  for (const answer of ['allowed', 'not-allowed', 'unreachable'] as const) {
    const { gateway, withPassword } = gate(consented);
    gateway.askDowngrade = async () => answer;
    answers[answer] = how(await withPassword());
  }
  assert.deepEqual(answers, { allowed: 'profile 2', 'not-allowed': '403', unreachable: '503' });
  for (const over of [{ securityProfile: 3 }, { securityProfile: 2, allowsProfileDowngrade: true }]) {
    const { gateway, plain, withPassword } = gate(over);
    gateway.askDowngrade = () => Promise.reject(new Error('asked without need'));
    assert.equal(how(await plain()), '403');
    if (over.securityProfile === 3) assert.equal(how(await withPassword()), '403');
  }
});

test('a station that does not allow it is a security event; nobody is asked before the password is proved', async () => {
  const { gateway, ask, withPassword, securityEvents } = gate(consented);
  assert.equal(how(await withPassword()), '403');
  assert.deepEqual(securityEvents(), ['SecurityProfileDowngrade']);
  gateway.askDowngrade = () => Promise.reject(new Error('asked without need'));
  assert.equal(how(await ask({ claims: claims2, authorization: `Basic ${base64('CS-001:wrong')}` })), '401');
});

test('an operator who thinks better of it while the station is asked after is heard', async () => {
  for (const over of [{ allowsProfileDowngrade: false }, { enabled: false }]) {
    const { gateway, registered, withPassword } = gate(consented);
    gateway.askDowngrade = async () => {
      Object.assign(registered, over);
      return 'allowed';
    };
    assert.equal(how(await withPassword()), '403');
  }
});

test('a higher profile that is proved is registered from then on (A05)', async () => {
  const { gateway, withPassword, withCertificate, securityEvents } = gate({ securityProfile: 1 });
  assert.equal(how(await withPassword()), 'profile 2');
  assert.equal(how(await withCertificate(claims3('CS-001'))), 'profile 3');
  await settle();
  assert.deepEqual(
    gateway.raised.map(({ securityProfile }) => securityProfile),
    [2, 3],
  );
  assert.deepEqual(securityEvents(), []);
});

test('a higher profile that is not proved raises nothing', async () => {
  const { gateway, ask, withCertificate } = gate({ securityProfile: 1 });
  assert.equal(how(await ask({ claims: claims2, authorization: `Basic ${base64('CS-001:wrong')}` })), '401');
  assert.equal(how(await withCertificate(claims3('CS-002'))), '401');
  await settle();
  assert.deepEqual(gateway.raised, []);
});

test('the CN is the registered serial number, or the identity where none is registered (S5)', async () => {
  const serial = gate({ securityProfile: 3, serialNumber: 'SN-77' });
  assert.equal(how(await serial.withCertificate(claims3('SN-77'))), 'profile 3');
  assert.equal(how(await serial.withCertificate(claims3('CS-001'))), '401');
  assert.equal(how(await serial.withCertificate(claims3(''))), '401');
});

test('the O is the organisation of the tenant, where it names one', async () => {
  const named = gate({ securityProfile: 3 }, { organisation: 'ACME' });
  assert.equal(how(await named.withCertificate(claims3('CS-001', 'ACME'))), 'profile 3');
  assert.equal(how(await named.withCertificate(claims3('CS-001', 'Acme'))), '401');
  assert.equal(how(await gate({ securityProfile: 3 }).withCertificate(claims3('CS-001', 'anybody'))), 'profile 3');
});

test('what our authority issued to a station of another tenant opens nothing, though its name is the same (S5)', async () => {
  const { withCertificate } = gate({ securityProfile: 3 });
  const ofUnit = (unit: string): ProxyClaims => ({ ...claims3('CS-001'), unit: base64(unit) });
  assert.equal(how(await withCertificate(ofUnit('tenant:default'))), 'profile 3');
  assert.equal(how(await withCertificate(ofUnit('tenant:other'))), '401');
  assert.equal(how(await withCertificate(ofUnit('tenant:'))), '401');
  assert.equal(how(await withCertificate(ofUnit('Charging'))), 'profile 3', 'of another authority');
});

test('at the plain port nobody’s claims are read, not even a proxy’s', async () => {
  const { ask } = gate({ securityProfile: 3 });
  assert.equal(how(await ask({ door: 'plain', claims: claims3('CS-001') })), '401');
  assert.equal(how(await ask({ door: 'plain', claims: claims2, authorization: basic })), '403');
});

test('the proxied port hears proxies of ours alone, and only what makes sense', async () => {
  const { ask } = gate({ securityProfile: 3 });
  assert.equal(how(await ask({ claims: claims3('CS-001'), remoteAddress: '203.0.113.7' })), '403');
  for (const claims of [
    noClaims,
    { ...noClaims, profile: '1' },
    claims3('CS-001', 'ACME', ''),
    claims3('CS-001', 'ACME', 'x'),
  ])
    assert.equal(how(await ask({ claims })), '403');
});

test('profile 0 stays what it is by any channel: it proves nothing', async () => {
  const { gateway, ask } = gate({ securityProfile: 0, verifiers: [] });
  assert.equal(how(await ask({ door: 'plain' })), 'profile 0');
  assert.equal(how(await ask({ claims: claims2 })), 'profile 0');
  await settle();
  assert.deepEqual(gateway.raised, []);
});
