// Firmware, logs and certificates: what is told in which order, over real HTTP where a file moves, with real keys.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createSign, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { hashOf, signingRequest } from '#load-tests/fleet/der';
import { isOwnMachine } from '#load-tests/fleet/files';
import { quirkyVendors, type Vendor } from '#load-tests/fleet/vendors';
import { waiting, type Rigged } from '#test/load-tests/fleet/accepted-station';
import { until } from '#test/support/until';

const versions = ['1.6', '2.0.1', '2.1'] as const;

function vendorNamed(name: string): Vendor {
  const vendor = quirkyVendors.find((each) => each.name === name);
  assert.ok(vendor !== undefined);
  return vendor;
}

const statuses = ({ csms }: Rigged, action: string): unknown[] =>
  csms.of(action).map(({ payload }) => payload['status']);

type Files = { url: string; taken: { method: string; text: string }[] };

/** Gives one file, takes any by the method it likes. */
async function files(t: TestContext, likes: string, content = 'firmware'): Promise<Files> {
  const taken: Files['taken'] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const { method = '' } = request;
      if (method === 'GET') return void response.end(content);
      if (method !== likes) return void response.writeHead(405).end();
      taken.push({ method, text });
      response.end('thanks');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, taken };
}

/** A self-signed certificate; Node makes keys, but no certificates. */
function selfSigned(name: string): { pem: string; key: string } {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-certificate-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const subject = ['-subj', `/O=Chargestream/CN=${name}`, '-days', '2'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', ['req', '-x509', ...kind, ...subject, '-keyout', key, '-out', certificate], {
    stdio: 'pipe',
  });
  const made = { pem: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') };
  rmSync(folder, { recursive: true });
  return made;
}

test('1.6: a plain update goes its way without a request number, and the boot tells the new version', async (t) => {
  const rigged = await waiting(t, { version: '1.6' });
  const retrieveDate = new Date().toISOString();
  assert.deepEqual(
    await rigged.said('UpdateFirmware', { location: 'https://maker.example/fleet-2.4.1.bin', retrieveDate }),
    {},
  );
  await until(() => statuses(rigged, 'FirmwareStatusNotification').includes('Installed'), 'the installation');
  const expected = ['Downloading', 'Downloaded', 'Installing', 'Installed'];
  assert.deepEqual(statuses(rigged, 'FirmwareStatusNotification'), expected);
  const [before, after] = rigged.csms.of('BootNotification').map(({ payload }) => payload['firmwareVersion']);
  assert.deepEqual([before, after], ['1.0.0', '2.4.1']);
});

test('a signed update is verified against the bytes that were fetched, and installed after the session', async (t) => {
  const { url } = await files(t, 'PUT', 'the real firmware');
  const { pem, key } = selfSigned('Maker');
  const signature = createSign('sha256').update('the real firmware').sign(key, 'base64');
  for (const version of versions) {
    const rigged = await waiting(t, { version });
    const { said, csms, rig } = rigged;
    const update = version === '1.6' ? 'SignedUpdateFirmware' : 'UpdateFirmware';
    const told = version === '1.6' ? 'SignedFirmwareStatusNotification' : 'FirmwareStatusNotification';
    const firmware = {
      location: `${url}/fleet-3.0.0.bin`,
      retrieveDateTime: new Date().toISOString(),
      signingCertificate: pem,
      signature,
    };
    const broken = { ...firmware, signingCertificate: 'no certificate' };
    assert.deepEqual(await said(update, { requestId: 6, firmware: broken }), { status: 'InvalidCertificate' });
    await rigged.charge();
    assert.deepEqual(await said(update, { requestId: 7, firmware }), { status: 'Accepted' });
    await until(() => statuses(rigged, told).includes('InstallScheduled'), 'the wait for the session');
    assert.equal(rig.tally.sessionsEnded, 0);
    rig.station.stop(1, 'driver');
    await until(() => statuses(rigged, told).includes('Installed'), 'the installation');
    const expected = [
      'Downloading',
      'Downloaded',
      'SignatureVerified',
      'InstallScheduled',
      'Installing',
      'InstallRebooting',
      'Installed',
    ];
    assert.deepEqual(statuses(rigged, told), expected);
    assert.ok(csms.of(told).every(({ payload }) => payload['requestId'] === 7));
    const boot = csms.of('BootNotification').at(-1)?.payload;
    if (version !== '1.6') assert.equal(boot?.['reason'], 'FirmwareUpdate');
    const wrong = { ...firmware, signature: createSign('sha256').update('another').sign(key, 'base64') };
    await said(update, { requestId: 8, firmware: wrong });
    await until(() => statuses(rigged, told).at(-1) === 'InvalidSignature', 'the refusal');
    await until(
      () => csms.of('SecurityEventNotification').some(({ payload }) => payload['type'] === 'InvalidFirmwareSignature'),
      'the security event',
    );
  }
});

test('an update fails where the make fails, and a newer one silences it', async (t) => {
  for (const [name, last] of [
    ['no-download', 'DownloadFailed'],
    ['no-install', 'InstallationFailed'],
  ] as const) {
    const rigged = await waiting(t, { version: '2.0.1', vendor: vendorNamed(name) });
    const firmware = { location: 'https://maker.example/9.9.9.bin', retrieveDateTime: new Date().toISOString() };
    await rigged.said('UpdateFirmware', { requestId: 1, retries: 1, retryInterval: 1, firmware });
    await until(() => statuses(rigged, 'FirmwareStatusNotification').at(-1) === last, last);
    assert.equal(rigged.csms.of('BootNotification').length, 1);
  }
  const rigged = await waiting(t, { version: '2.0.1' });
  const later = {
    location: 'https://maker.example/1.1.0.bin',
    retrieveDateTime: new Date(Date.now() + 3_600_000).toISOString(),
  };
  assert.deepEqual(await rigged.said('UpdateFirmware', { requestId: 1, firmware: later }), { status: 'Accepted' });
  await until(() => statuses(rigged, 'FirmwareStatusNotification').includes('DownloadScheduled'), 'the schedule');
  const now = { ...later, retrieveDateTime: new Date().toISOString() };
  assert.deepEqual(await rigged.said('UpdateFirmware', { requestId: 2, firmware: now }), {
    status: 'AcceptedCanceled',
  });
  await until(() => statuses(rigged, 'FirmwareStatusNotification').at(-1) === 'Installed', 'the second one');
  const ids = rigged.csms.of('FirmwareStatusNotification').map(({ payload }) => payload['requestId']);
  assert.deepEqual(new Set(ids.slice(1)), new Set([2]));
});

test('2.x: firmware is published for others, and taken back', async (t) => {
  const rigged = await waiting(t, { version: '2.0.1' });
  const checksum = 'd41d8cd98f00b204e9800998ecf8427e';
  assert.deepEqual(await rigged.said('UnpublishFirmware', { checksum }), { status: 'NoFirmware' });
  const location = 'https://maker.example/2.0.0.bin';
  assert.deepEqual(await rigged.said('PublishFirmware', { requestId: 4, location, checksum }), { status: 'Accepted' });
  await until(() => statuses(rigged, 'PublishFirmwareStatusNotification').at(-1) === 'Published', 'the publication');
  assert.deepEqual(statuses(rigged, 'PublishFirmwareStatusNotification'), [
    'Downloading',
    'Downloaded',
    'ChecksumVerified',
    'Published',
  ]);
  assert.deepEqual(await rigged.said('UnpublishFirmware', { checksum }), { status: 'Unpublished' });
});

test('a log is uploaded by PUT or POST and told; nothing ever leaves for another machine', async (t) => {
  for (const [version, method] of [
    ['1.6', 'PUT'],
    ['2.0.1', 'POST'],
  ] as const) {
    const { url, taken } = await files(t, method);
    const rigged = await waiting(t, { version });
    const log = { remoteLocation: `${url}/upload/abc` };
    const answer = (await rigged.said('GetLog', { logType: 'SecurityLog', requestId: 3, log })) as Record<
      string,
      unknown
    >;
    assert.equal(answer['status'], 'Accepted');
    await until(() => statuses(rigged, 'LogStatusNotification').includes('Uploaded'), 'the upload');
    assert.deepEqual(statuses(rigged, 'LogStatusNotification'), ['Uploading', 'Uploaded']);
    assert.equal(taken.length, 1);
    assert.match(taken[0]?.text ?? '', new RegExp(`SecurityLog of ${rigged.rig.station.identity.stationId}`));
    const far = { remoteLocation: 'http://192.0.2.1/upload' };
    await rigged.said('GetLog', { logType: 'DiagnosticsLog', requestId: 4, retries: 1, retryInterval: 1, log: far });
    await until(() => statuses(rigged, 'LogStatusNotification').at(-1) === 'UploadFailure', 'the failure');
    if (version === '2.0.1') continue;
    await rigged.said('GetDiagnostics', { location: `${url}/upload/def` });
    await until(() => statuses(rigged, 'DiagnosticsStatusNotification').includes('Uploaded'), 'the diagnostics');
    assert.equal(taken.length, 2);
  }
});

test('only this machine is ever turned to', () => {
  for (const own of ['http://127.0.0.1:8080/x', 'http://localhost/x', 'https://[::1]/x', 'http://127.9.9.9/'])
    assert.ok(isOwnMachine(own), own);
  for (const foreign of [
    'http://10.0.0.1/',
    'http://127.0.0.1.example/',
    'ftp://127.0.0.1/',
    'file:///etc/passwd',
    'nonsense',
  ])
    assert.ok(!isOwnMachine(foreign), foreign);
});

test('roots are installed, listed by the hashes that OpenSSL finds too, and deleted', async (t) => {
  const { pem } = selfSigned('Root of the platform');
  const certificate = new X509Certificate(pem);
  const hash = hashOf(certificate, certificate);
  const folder = mkdtempSync(join(tmpdir(), 'fleet-ocsp-'));
  writeFileSync(join(folder, 'root.pem'), pem);
  const ocsp = ['ocsp', '-sha256', '-issuer', join(folder, 'root.pem'), '-cert', join(folder, 'root.pem'), '-req_text'];
  const text = execFileSync('openssl', ocsp, { encoding: 'utf8', stdio: 'pipe' });
  rmSync(folder, { recursive: true });
  const found = (label: string): string => (new RegExp(`${label}: ([0-9A-F]+)`).exec(text)?.[1] ?? '').toLowerCase();
  assert.deepEqual([hash.issuerNameHash, hash.issuerKeyHash], [found('Issuer Name Hash'), found('Issuer Key Hash')]);
  assert.equal(hash.serialNumber, found('Serial Number').replace(/^0+/, ''));
  for (const version of versions) {
    const { said } = await waiting(t, { version });
    const type = version === '1.6' ? 'CentralSystemRootCertificate' : 'CSMSRootCertificate';
    const list = async (): Promise<unknown> =>
      said('GetInstalledCertificateIds', { certificateType: version === '1.6' ? type : [type] });
    assert.deepEqual(await list(), { status: 'NotFound' });
    assert.deepEqual(await said('InstallCertificate', { certificateType: type, certificate: 'nonsense' }), {
      status: 'Rejected',
    });
    assert.deepEqual(await said('InstallCertificate', { certificateType: type, certificate: pem }), {
      status: 'Accepted',
    });
    const chain = [{ certificateType: type, certificateHashData: hash }];
    assert.deepEqual(
      await list(),
      version === '1.6'
        ? { status: 'Accepted', certificateHashData: [hash] }
        : { status: 'Accepted', certificateHashDataChain: chain },
    );
    const upper = { ...hash, issuerKeyHash: hash.issuerKeyHash.toUpperCase() };
    assert.deepEqual(await said('DeleteCertificate', { certificateHashData: upper }), { status: 'Accepted' });
    assert.deepEqual(await said('DeleteCertificate', { certificateHashData: hash }), { status: 'NotFound' });
  }
});

test('a signing request is one that OpenSSL verifies, and only its own certificate is taken', async (t) => {
  for (const version of versions) {
    const { said, csms, rig } = await waiting(t, { version });
    const trigger =
      version === '1.6'
        ? ['ExtendedTriggerMessage', 'SignChargePointCertificate']
        : ['TriggerMessage', 'SignChargingStationCertificate'];
    const [action = '', requestedMessage = ''] = trigger;
    assert.deepEqual(await said(action, { requestedMessage }), { status: 'Accepted' });
    await until(() => csms.of('SignCertificate').length === 1, 'the request');
    const { csr, requestId } = csms.of('SignCertificate')[0]?.payload ?? {};
    const folder = mkdtempSync(join(tmpdir(), 'fleet-csr-'));
    const request = join(folder, 'request.pem');
    writeFileSync(request, String(csr));
    const subject = execFileSync('openssl', ['req', '-in', request, '-verify', '-noout', '-subject'], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
    assert.match(subject, new RegExp(`O ?= ?Chargestream.*CN ?= ?${rig.station.identity.stationId}`));
    const authority = selfSigned('Authority');
    for (const [name, content] of [
      ['ca.pem', authority.pem],
      ['ca.key', authority.key],
    ] as const)
      writeFileSync(join(folder, name), content);
    const sign = [
      'x509',
      '-req',
      '-in',
      request,
      '-CA',
      join(folder, 'ca.pem'),
      '-CAkey',
      join(folder, 'ca.key'),
      '-CAcreateserial',
      '-days',
      '2',
    ];
    const signed = execFileSync('openssl', sign, { encoding: 'utf8', stdio: 'pipe' });
    rmSync(folder, { recursive: true });
    const id = requestId === undefined ? {} : { requestId };
    assert.deepEqual(await said('CertificateSigned', { certificateChain: authority.pem, ...id }), {
      status: 'Rejected',
    });
    await until(() => csms.of('SecurityEventNotification').length === 1, 'the security event');
    assert.deepEqual(await said('CertificateSigned', { certificateChain: signed + authority.pem, ...id }), {
      status: 'Accepted',
    });
    assert.deepEqual(
      await said('CertificateSigned', { certificateChain: signed, ...id }),
      { status: 'Rejected' },
      'once',
    );
  }
});

test('a long name still makes a sound request', () => {
  const request = signingRequest(
    { organization: 'O'.repeat(64), commonName: 'C'.repeat(64) },
    generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  );
  const text = execFileSync('openssl', ['req', '-verify', '-noout', '-subject'], {
    encoding: 'utf8',
    input: request,
    stdio: 'pipe',
  });
  assert.match(text, /C{64}/);
});
