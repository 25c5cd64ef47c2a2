// What HAProxy tells a gateway: the profile of the port, the client's address and the verified subject, and nothing the client made up.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, type ConnectionOptions } from 'node:tls';
import { after, before, test } from 'node:test';
import { type Haproxy, haproxyVersion, startHaproxy } from '#infra/haproxy/haproxy';
import { writeServerCertificates } from '#infra/haproxy/server-certificates';
import { freePorts } from '#infra/local/ports';
import { makeThrowAway } from '#infra/local/throw-away';
import {
  authorityCertificate,
  type CertificateAuthority,
  embeddedAuthority,
} from '#services/stations/certificates/authority';

const skip = haproxyVersion() === undefined ? 'HAProxy is not installed here (Debian: apt-get install haproxy)' : false;
const place = makeThrowAway();
const heard: IncomingHttpHeaders[] = [];
const ports = { profile2: 0, profile3: 0 };
let gateway: Server | undefined;
let proxy: Haproxy | undefined;
let authority: CertificateAuthority;
let serverCa = '';

before(async () => {
  if (skip !== false) return;
  const listener = createServer((request, response) => {
    heard.push(request.headers);
    response.end('heard');
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  gateway = listener;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const key = privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
  authority = await embeddedAuthority(key, await authorityCertificate(key, new Date()));
  const server = await writeServerCertificates(place.dir, new Date());
  serverCa = server.authorityPem;
  [ports.profile2 = 0, ports.profile3 = 0] = await freePorts(2);
  proxy = await startHaproxy({
    dir: place.dir,
    pidDir: join(place.dir, 'pids'),
    profile2Port: ports.profile2,
    profile3Port: ports.profile3,
    gateways: `127.0.0.1:${(listener.address() as AddressInfo).port}`,
    serverCertificate: server.path,
    clientCaPem: authority.certificatePem,
    revocationsPem: await authority.revocations([], new Date()),
    connectionsMax: 100,
  });
});

after(async () => {
  await proxy?.close();
  gateway?.close();
  place.remove();
});

async function client(commonName: string, serial: string, validForMs = 60_000) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const now = Date.now();
  const cert = await authority.issue({
    subject: { commonName, organisation: 'Strom & Söhne' },
    publicKey: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })),
    serial,
    notBefore: new Date(now - 120_000),
    notAfter: new Date(now + validForMs),
  });
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** One request over TLS; what the gateway heard of it. */
function ask(port: number, tls: ConnectionOptions, lines: readonly string[] = []): Promise<IncomingHttpHeaders> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca: serverCa, ...tls });
    const before = heard.length;
    socket.on('secureConnect', () =>
      socket.write(['GET /ocpp/CS HTTP/1.1', 'Host: localhost', 'Connection: close', ...lines, '\r\n'].join('\r\n')),
    );
    socket.resume();
    socket.on('error', reject);
    socket.on('close', () => {
      const told = heard[before];
      if (told === undefined) reject(new Error('closed without an answer'));
      else resolve(told);
    });
  });
}

const spoofs = [
  'X-Chargestream-Profile: 3',
  'X-Chargestream-Client-Serial: 01',
  'x-chargestream-client-cn: U04tMQ==',
  'X-Chargestream-Anything: x',
  'X-Forwarded-For: 198.51.100.1',
];

test('the port says the profile, and what the client says of itself is dropped', { skip }, async () => {
  const told = await ask(ports.profile2, {}, [...spoofs, 'Authorization: Basic eDp5']);
  assert.deepEqual(
    Object.keys(told).filter((name) => name.startsWith('x-')),
    ['x-forwarded-for', 'x-chargestream-profile'],
  );
  assert.equal(told['x-chargestream-profile'], '2');
  assert.equal(told['x-forwarded-for'], '127.0.0.1');
  assert.equal(told.authorization, 'Basic eDp5');
});

test('a verified subject arrives as it is, whatever characters it has', { skip }, async () => {
  const certificate = await client('SN-1\r\nx-evil: 1', '00ab12');
  const told = await ask(ports.profile3, certificate, [...spoofs, 'Authorization: Basic eDp5']);
  const text = (name: string): string => Buffer.from(String(told[name]), 'base64').toString();
  assert.equal(told['x-chargestream-profile'], '3');
  assert.equal(text('x-chargestream-client-cn'), 'SN-1\r\nx-evil: 1');
  assert.equal(text('x-chargestream-client-o'), 'Strom & Söhne');
  assert.match(String(told['x-chargestream-client-serial']), /^0*ab12$/i);
  assert.deepEqual(
    [told['x-evil'], told['x-chargestream-anything'], told.authorization],
    [undefined, undefined, undefined],
  );
});

test('an expired certificate reaches no gateway', { skip }, async () => {
  await assert.rejects(ask(ports.profile3, await client('SN-1', '0b', -60_000)), /expired|without an answer/);
  await ask(ports.profile3, await client('SN-1', '0c'));
});

test('a revoked certificate cannot resume its session either', { skip }, async () => {
  const certificate = await client('SN-1', '0d');
  const sessions: Buffer[] = [];
  await new Promise<void>((resolve) => {
    const socket = connect({
      host: '127.0.0.1',
      port: ports.profile3,
      servername: 'localhost',
      ca: serverCa,
      ...certificate,
    });
    socket.on('session', (session) => sessions.push(session));
    socket.on('secureConnect', () => socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'));
    socket.resume();
    socket.on('close', () => resolve());
  });
  await proxy?.revoke(await authority.revocations([{ serial: '0d', at: new Date() }], new Date()));
  for (const session of [undefined, ...sessions])
    await assert.rejects(ask(ports.profile3, { ...certificate, session }), /revoked|without an answer/);
  await ask(ports.profile3, await client('SN-1', '0e'));
});
