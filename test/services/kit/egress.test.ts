import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { openEgress, type EgressAnswer } from '#kit/egress';
import { isPublicAddress } from '#kit/public-address';

/** Answers by its path; counts who came through. */
const visits: string[] = [];
const server = createServer((request, response) => {
  visits.push(request.url ?? '');
  if (request.url === '/redirect') return response.writeHead(302, { location: 'http://127.0.0.1/' }).end();
  if (request.url === '/endless') {
    const write = (): unknown => response.destroyed || (response.write('x'.repeat(1_000)), setImmediate(write));
    return write();
  }
  if (request.url === '/silent') return response.write('{');
  return response.end('{"status_code":1000}');
});
let host = '';

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

async function ask(
  url: string,
  options: Partial<Parameters<typeof openEgress>[0]> = {},
  hosts?: string[],
): Promise<EgressAnswer> {
  const named = URL.canParse(url) ? [new URL(url).host] : [];
  const egress = openEgress({ insecureHosts: [], timeoutMs: 10_000, answerBytesMax: 5_000, ...options });
  return egress({ method: 'GET', url, hosts: hosts ?? named, headers: {} });
}

test('only public addresses are a partner’s, however a private one is written', async () => {
  const urls = [
    'https://127.0.0.1/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::1]/',
    'https://[fe80::1]/',
    'https://[fd00::1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://169.254.169.254/latest/meta-data',
    'https://10.0.0.1/',
    'https://172.31.255.255/',
    'https://192.168.1.1/',
    'https://100.64.0.1/',
    'https://0.0.0.0/',
    'https://224.0.0.1/',
  ];
  for (const url of urls) assert.deepEqual(await ask(url), { kind: 'refused', why: 'its host is not public' }, url);
  for (const address of ['8.8.8.8', '172.32.0.1', '100.128.0.1', '2a00:1450:4001::200e'])
    assert.ok(isPublicAddress(address), address);
  for (const address of ['', 'localhost', '2001:db8::1', '172.16.0.0', '100.127.255.255'])
    assert.ok(!isPublicAddress(address), address);
});

test('a name that leads to a private address, or to one beside public ones, is refused and never connected to', async () => {
  visits.length = 0;
  for (const addresses of [['127.0.0.1'], ['8.8.8.8', '10.0.0.1'], ['::ffff:10.0.0.1']]) {
    const answer = await ask('https://rebinding.example/', { resolve: async () => addresses });
    assert.deepEqual(answer, { kind: 'refused', why: 'its host is not public' });
  }
  assert.deepEqual(visits, []);
});

test('a name is asked once, and what was checked is what is connected to', async () => {
  let asked = 0;
  const resolve = async (): Promise<string[]> => {
    asked += 1;
    return ['127.0.0.1'];
  };
  const named = `partner.example:${host.split(':')[1]}`;
  const answer = await ask(`http://${named}/versions`, { insecureHosts: [named], resolve });
  assert.deepEqual(answer, { kind: 'answered', status: 200, text: '{"status_code":1000}' });
  assert.equal(asked, 1);
});

test('a URL must be HTTPS, of a registered host, at a port of the web, without a user', async () => {
  const refusals: [url: string, hosts: string[] | undefined, why: string][] = [
    ['http://partner.example/', undefined, 'it is not HTTPS'],
    ['ftp://partner.example/', undefined, 'it is not HTTPS'],
    ['file:///etc/passwd', [''], 'it is not HTTPS'],
    ['https://user@partner.example/', undefined, 'it names a user'],
    ['https://partner.example@evil.example/', ['partner.example'], 'it names a user'],
    ['https://partner.example:22/', undefined, 'its port is no web server’s'],
    ['https://evil.example/', ['partner.example'], 'its host is not registered'],
    ['https://partner.example.evil.example/', ['partner.example'], 'its host is not registered'],
    ['https://partner.example:8443/', ['partner.example'], 'its host is not registered'],
    ['not a url', undefined, 'it is no URL'],
  ];
  for (const [url, hosts, why] of refusals)
    assert.deepEqual(await ask(url, { resolve: async () => ['8.8.8.8'] }, hosts), { kind: 'refused', why }, url);
});

test('a redirect is not followed, an endless answer is cut, a silent one is given up', async () => {
  visits.length = 0;
  const trusting = { insecureHosts: [host] };
  assert.deepEqual(await ask(`http://${host}/redirect`, trusting), { kind: 'refused', why: 'it redirects' });
  assert.deepEqual(visits, ['/redirect']);
  assert.deepEqual(await ask(`http://${host}/endless`, trusting), { kind: 'failed', why: 'the answer is too long' });
  assert.deepEqual(await ask(`http://${host}/silent`, { ...trusting, timeoutMs: 300 }), {
    kind: 'failed',
    why: 'it did not answer in time',
  });
  const closed = await ask('http://127.0.0.1:1/', { insecureHosts: ['127.0.0.1:1'] });
  assert.equal(closed.kind, 'failed');
});
