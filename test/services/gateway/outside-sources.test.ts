// Sources behind HTTP: given a server, when a station's question goes there, then its answer comes back, or why not.
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import type { Question } from '#services/gateway/domain/question';
import { httpSource } from '#services/gateway/http-source';
import { ocspSource } from '#services/gateway/ocsp-source';

const asker = { tenantId: 'default', stationId: 'CS-001', signal: new AbortController().signal };
const hash = { hashAlgorithm: 'SHA256', issuerNameHash: 'ab', issuerKeyHash: 'cd', serialNumber: '1f' };
const successful = Buffer.from('30030a0100', 'hex');

type Heard = { readonly type: string | undefined; readonly body: Buffer };

/** A server that remembers what it heard and answers what it is told to. */
async function listening(t: TestContext, answer: (response: ServerResponse) => void) {
  const heard: Heard[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      heard.push({ type: request.headers['content-type'], body: Buffer.concat(chunks) });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { host: `127.0.0.1:${port}`, heard };
}

function ocsp(responderUrl: string): Extract<Question, { kind: 'ocsp' }> {
  return { kind: 'ocsp', certificate: hash, responderUrl };
}

test('a responder that may be asked is asked in DER, and what it signed is passed on', async (t) => {
  const { host, heard } = await listening(t, (response) => response.end(successful));
  const answer = await ocspSource([host])(ocsp(`http://${host}/ocsp`), asker);
  assert.deepEqual(answer, { kind: 'ocsp', response: successful.toString('base64') });
  assert.equal(heard[0]?.type, 'application/ocsp-request');
  assert.equal(heard[0].body[0], 0x30);
});

test('a responder that nobody named is not called, whatever the station says', async (t) => {
  const { host, heard } = await listening(t, (response) => response.end(successful));
  const source = ocspSource(['ocsp.example.com']);
  for (const url of [`http://${host}/`, `http://ocsp.example.com@${host}/`, 'file:///etc/passwd', 'no url'])
    assert.equal((await source(ocsp(url), asker)).kind, 'refused', url);
  assert.deepEqual(heard, []);
});

test('a responder that sends us elsewhere, or too much, is not followed', async (t) => {
  const other = await listening(t, (response) => response.end(successful));
  const moved = await listening(t, (response) => response.writeHead(302, { location: `http://${other.host}/` }).end());
  await assert.rejects(ocspSource([moved.host])(ocsp(`http://${moved.host}/`), asker));
  assert.deepEqual(other.heard, []);
  const flood = await listening(t, (response) => response.end(Buffer.alloc(13_501)));
  await assert.rejects(ocspSource([flood.host])(ocsp(`http://${flood.host}/`), asker), /more than 13500 bytes/);
});

test('a responder that refuses, or is none, is told apart', async (t) => {
  const refusing = await listening(t, (response) => response.end(Buffer.from('30030a0106', 'hex')));
  assert.deepEqual(await ocspSource([refusing.host])(ocsp(`http://${refusing.host}/`), asker), {
    kind: 'refused',
    why: 'the responder says unauthorized',
  });
  const page = await listening(t, (response) => response.end('<html>'));
  assert.equal((await ocspSource([page.host])(ocsp(`http://${page.host}/`), asker)).kind, 'unreachable');
});

test('a source of the installation hears the question and who asks, and its answer is taken if it is one', async (t) => {
  const right = { kind: 'contract-certificate', exiResponse: 'EXI', contractsLeft: null };
  const question = {
    kind: 'contract-certificate',
    action: 'Install',
    schemaVersion: 'urn:v2',
    exiRequest: 'R',
    contractsMax: null,
    prioritizedEmaids: [],
  } as const;
  for (const [told, kind] of [
    [right, 'contract-certificate'],
    [{ kind: 'refused', why: 'no contract' }, 'refused'],
    [{ ...right, exiResponse: 'E'.repeat(17_001) }, 'unreachable'],
    [{ kind: 'vat-number', company: null }, 'unreachable'],
    ['nonsense', 'unreachable'],
  ] as const) {
    const { host, heard } = await listening(t, (response) => response.end(JSON.stringify(told)));
    const answer = await httpSource<'contract-certificate'>(`http://${host}/`)(question, asker);
    assert.equal(answer.kind, kind);
    assert.deepEqual(JSON.parse(String(heard[0]?.body)), { question, tenantId: 'default', stationId: 'CS-001' });
  }
  const failing = await listening(t, (response) => response.writeHead(500).end());
  await assert.rejects(httpSource<'contract-certificate'>(`http://${failing.host}/`)(question, asker), /500/);
});

test('companies and statuses are taken as the station can be told them, and no others', async (t) => {
  const company = { name: 'ACME', address1: 'S', city: 'U', country: 'NL' };
  const vat = { kind: 'vat-number', vatNumber: 'NL1', evseId: null } as const;
  for (const [told, kind] of [
    [{ kind: 'vat-number', company }, 'vat-number'],
    [{ kind: 'vat-number', company: null }, 'vat-number'],
    [{ kind: 'vat-number', company: { ...company, owner: 'Jane' } }, 'unreachable'],
  ] as const) {
    const { host } = await listening(t, (response) => response.end(JSON.stringify(told)));
    assert.equal((await httpSource<'vat-number'>(`http://${host}/`)(vat, asker)).kind, kind);
  }
  const chain = { kind: 'chain-status', certificates: [] } as const;
  for (const [status, kind] of [
    ['Revoked', 'chain-status'],
    ['revoked', 'unreachable'],
  ] as const) {
    const told = { kind: 'chain-status', statuses: [{ status, nextUpdateAt: 0 }] };
    const { host } = await listening(t, (response) => response.end(JSON.stringify(told)));
    assert.equal((await httpSource<'chain-status'>(`http://${host}/`)(chain, asker)).kind, kind);
  }
});
