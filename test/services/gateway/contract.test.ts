// A contract certificate that comes with an eMAID (2.x C07): given a chain and roots, when it is shown, then its status.
import assert from 'node:assert/strict';
import { generateKeyPairSync, webcrypto, X509Certificate } from 'node:crypto';
import { before, test } from 'node:test';
import { guardOf } from '#contracts/ocpp';
import { issueCertificate, type CertificateKind } from '#kit/x509/certificate';
import { contractSource, readRoots } from '#services/gateway/contract-source';
import { statusOfChain } from '#services/gateway/contract-chain';
import { contractQuestion } from '#services/gateway/domain/contract';
import type { Answer, CertificateStatus, ContractStatus } from '#services/gateway/domain/question';
import { authorize } from '#services/gateway/ocpp2/authorize';
import { contextOf, now, token } from './support.ts';

const emaid = 'DE-CSM-C00000042-X';
const [from, until] = [now - 60_000, now + 60_000];

type Maker = { readonly name: string; readonly key: webcrypto.CryptoKey; readonly spki: Uint8Array<ArrayBuffer> };

async function maker(name: string): Promise<Maker> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const key = await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
  return { name, key, spki: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })) };
}

function issue(kind: CertificateKind, subject: Maker, issuer: Maker, [notBefore, notAfter] = [from, until]) {
  return issueCertificate({
    kind,
    subject: { commonName: subject.name, organisation: null },
    issuer: { commonName: issuer.name, organisation: null },
    publicKey: subject.spki,
    issuerKey: issuer.key,
    serial: '1',
    notBefore: new Date(notBefore ?? 0),
    notAfter: new Date(notAfter ?? 0),
  });
}

let root: Maker;
let sub: Maker;
let leaf: Maker;
let rootPem: string;
let subPem: string;
let leafPem: string;
let roots: X509Certificate[];

before(async () => {
  [root, sub, leaf] = [await maker('MO Root'), await maker('MO Sub'), await maker('DECSMC00000042X')];
  [rootPem, subPem, leafPem] = [
    await issue('authority', root, root),
    await issue('authority', sub, root),
    await issue('client', leaf, sub),
  ];
  roots = [new X509Certificate(rootPem)];
});

const statusOf = (...pems: string[]): ContractStatus => statusOfChain({ pem: pems.join('\n'), emaid }, roots, now);

test('a chain up to a trusted root is Accepted, with the root or without, however the eMAID is written', () => {
  assert.equal(statusOf(leafPem, subPem), 'Accepted');
  assert.equal(statusOf(leafPem, subPem, rootPem), 'Accepted');
  assert.equal(statusOfChain({ pem: leafPem + subPem, emaid: 'decsmc00000042x' }, roots, now), 'Accepted');
});

test('a chain that leads nowhere, has a gap, or is made out to another contract is none', async () => {
  assert.equal(statusOfChain({ pem: leafPem + subPem, emaid }, [], now), 'CertChainError');
  assert.equal(statusOf(leafPem), 'CertChainError');
  assert.equal(statusOf(leafPem, rootPem), 'CertChainError');
  assert.equal(statusOfChain({ pem: leafPem + subPem, emaid: 'DE-CSM-C00000043-X' }, roots, now), 'CertChainError');
  const client = await issue('client', sub, root);
  assert.equal(statusOf(leafPem, client), 'CertChainError', 'who is no authority issues nothing');
});

test('a signature that is not its issuer’s is told as such', async () => {
  const stranger = { ...(await maker('MO Sub')), spki: sub.spki };
  assert.equal(statusOf(await issue('client', leaf, stranger), subPem), 'SignatureError');
  const other = { ...(await maker('MO Root')), spki: root.spki };
  assert.equal(statusOf(leafPem, await issue('authority', sub, other)), 'SignatureError');
});

test('a root that was renewed under its name is found by its key', async () => {
  const renewed = await maker('MO Root');
  const both = [new X509Certificate(await issue('authority', renewed, renewed)), ...roots];
  assert.equal(statusOfChain({ pem: leafPem + subPem, emaid }, both, now), 'Accepted');
});

test('each certificate is in time to its last second, and not before its first', async () => {
  const second = 1000;
  const of = async (validFrom: number, validTo: number) =>
    statusOf(await issue('client', leaf, sub, [validFrom, validTo]), subPem);
  assert.equal(await of(now, until), 'Accepted');
  assert.equal(await of(now + second, until), 'CertificateExpired');
  assert.equal(await of(from, now), 'Accepted');
  assert.equal(await of(from, now - second), 'CertificateExpired');
  assert.equal(statusOf(leafPem, await issue('authority', sub, root, [from, now - second])), 'CertificateExpired');
});

test('what cannot be read is no certificate', () => {
  assert.equal(statusOf(''), 'NoCertificateAvailable');
  assert.equal(statusOf('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'), 'NoCertificateAvailable');
  assert.equal(statusOf(...Array.from({ length: 9 }, () => leafPem)), 'NoCertificateAvailable');
  assert.throws(() => readRoots('/nowhere/roots.pem'), /V2G_ROOTS_FILE/);
  assert.deepEqual(readRoots(undefined), []);
});

const hash = { hashAlgorithm: 'SHA256', issuerNameHash: 'n', issuerKeyHash: 'k', serialNumber: '1' } as const;
const hashes = { iso15118CertificateHashData: [{ ...hash, responderURL: 'http://ocsp.example' }] };
const asker = { tenantId: 'default', stationId: 'CS-001', signal: new AbortController().signal };

async function answerFor(request: object, status?: CertificateStatus['status']): Promise<Answer> {
  const question = contractQuestion({ idToken: { idToken: emaid, type: 'eMAID' }, ...request });
  assert.ok(question?.kind === 'contract');
  const chainStatus = async (): Promise<Answer> => ({
    kind: 'chain-status',
    statuses: status === undefined ? [] : [{ status, nextUpdateAt: now }],
  });
  return contractSource({ roots, now: () => now, chainStatus })(question, asker);
}

test('revocation is asked of whoever knows it, after the chain', async () => {
  assert.deepEqual(await answerFor(hashes, 'Good'), { kind: 'contract', status: 'Accepted' });
  assert.deepEqual(await answerFor(hashes, 'Revoked'), { kind: 'contract', status: 'CertificateRevoked' });
  assert.deepEqual(await answerFor(hashes, 'Unknown'), { kind: 'contract', status: 'NoCertificateAvailable' });
  assert.equal((await answerFor(hashes, 'Failed')).kind, 'unreachable');
  assert.equal((await answerFor(hashes)).kind, 'unreachable', 'a certificate without an answer');
  const both = { ...hashes, certificate: leafPem + subPem };
  assert.deepEqual(await answerFor(both, 'Revoked'), { kind: 'contract', status: 'CertificateRevoked' });
  const broken = { ...hashes, certificate: leafPem };
  assert.deepEqual(await answerFor(broken, 'Good'), { kind: 'contract', status: 'CertChainError' });
  assert.deepEqual(await answerFor({ certificate: leafPem + subPem }), { kind: 'contract', status: 'Accepted' });
  const question = contractQuestion({ idToken: { idToken: emaid, type: 'eMAID' }, ...hashes });
  assert.ok(question?.kind === 'contract');
  const nobody = contractSource({ roots, now: () => now, chainStatus: undefined });
  assert.equal((await nobody(question, asker)).kind, 'unreachable');
});

type Known = NonNullable<Parameters<typeof contextOf>[0]>;

function authorized(answer: Answer | undefined, known: Known, request: object = hashes): [string, string | undefined] {
  return told(answer, known, request).said;
}

function told(answer: Answer | undefined, known: Known, request: object = hashes) {
  const message = { idToken: { idToken: emaid, type: 'eMAID' as const }, ...request };
  assert.equal(guardOf('2.0.1', 'Authorize', 'Request')?.(message), undefined);
  const { reply, events } = authorize.handle(message, { ...contextOf({ uid: emaid, ...known }), answer });
  assert.equal(guardOf('2.0.1', 'Authorize', 'Response')?.(reply), undefined);
  const { idTokenInfo, certificateStatus } = reply as { idTokenInfo: { status: string }; certificateStatus?: string };
  const [decided] = events;
  assert.ok(decided?.type === 'AuthorizationDecided');
  assert.equal(decided.status, idTokenInfo.status);
  const said: [string, string | undefined] = [idTokenInfo.status, certificateStatus];
  return { said, by: decided.decidedBy };
}

test('the contract is judged like any token; its certificate can only take that away', () => {
  const good = { kind: 'contract', status: 'Accepted' } as const;
  const found = token();
  assert.deepEqual(authorized(good, { found }), ['Accepted', 'Accepted']);
  assert.deepEqual(authorized(good, {}), ['Invalid', 'Accepted']);
  assert.deepEqual(authorized(good, { found: token({ status: 'Blocked' }) }), ['Blocked', 'ContractCancelled']);
  assert.deepEqual(authorized(good, { found: token({ expiresAt: now }) }), ['Expired', 'ContractCancelled']);
  const revoked = { kind: 'contract', status: 'CertificateRevoked' } as const;
  assert.deepEqual(authorized(revoked, { found }), ['Invalid', 'CertificateRevoked']);
  assert.deepEqual(authorized(undefined, { found }, {}), ['Accepted', undefined], 'without a certificate none is told');
});

test('where nobody can be asked about a certificate, the tenant decides; a source that refuses has said no', () => {
  const found = token();
  const open = { found, policies: { tokensUnavailable: 'accept' as const } };
  const away = { kind: 'unreachable', why: 'late' } as const;
  assert.deepEqual(authorized(away, { found }), ['Invalid', 'CertChainError']);
  assert.deepEqual(authorized(away, open), ['Accepted', 'Accepted']);
  assert.deepEqual(authorized({ kind: 'refused', why: 'unknown' }, open), ['Invalid', 'CertChainError']);
});

test('that nobody could be asked about a certificate is recorded, whichever way the tenant wants it', () => {
  const open = { tokensUnavailable: 'accept' as const };
  const away = { kind: 'unreachable', why: 'late' } as const;
  const good = { kind: 'contract', status: 'Accepted' } as const;
  const revoked = { kind: 'contract', status: 'CertificateRevoked' } as const;
  const found = token();
  for (const answer of [away, undefined]) {
    assert.equal(told(answer, { found }).by, 'certificate-unavailable');
    assert.equal(told(answer, { found, policies: open }).by, 'certificate-unavailable');
  }
  assert.equal(told(good, { found, policies: open }).by, 'registry');
  assert.equal(told(revoked, { found, policies: open }).by, 'certificate');
});

test('a certificate takes nothing from a token that is refused anyway, nor from one that nobody judges', () => {
  const revoked = { kind: 'contract', status: 'CertificateRevoked' } as const;
  const blocked = told(revoked, { found: token({ status: 'Blocked' }) });
  assert.deepEqual([blocked.said, blocked.by], [['Blocked', 'CertificateRevoked'], 'registry']);
  const unknown = told(revoked, {});
  assert.deepEqual([unknown.said, unknown.by], [['Invalid', 'CertificateRevoked'], 'registry']);
  const free = told(revoked, { found: token(), policies: { freeVending: true } });
  assert.deepEqual([free.said, free.by], [['Accepted', 'CertificateRevoked'], 'free-vending']);
});
