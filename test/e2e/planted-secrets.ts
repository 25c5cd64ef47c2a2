// Plants a secret by every way that one can come in, and sees each arrive where it was sent: what never arrived could leak nowhere.
import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { registerPlaces } from '#infra/local/seed';
import type { Trial } from '#load-tests/bench/trial';
import { signatureOf } from '#services/alerts/domain/delivery';
import { assertSilent, type Canary } from './canary.ts';
import { eventually, type Operator } from './operator-client.ts';
import type { Outside } from './outside-server.ts';
import { type ReturningStation, ScriptedStation } from './scripted-station.ts';

export type Planting = {
  readonly trial: Trial;
  readonly operator: Operator;
  readonly outside: Outside;
  readonly stationId: string;
};

/** Where what a driver shows may stand: with the operators' tokens, and for seven days in the commands. */
const ofDrivers = ['postgres registry_own.tokens', 'kafka charging.commands.v1 CommandRequested', 'api /v1/tokens'];

/** What the installation itself keeps secret; all of it is in use, or nothing would run. */
export async function installationSecrets({ trial }: Planting): Promise<Canary[]> {
  const { secrets, urls } = trial;
  const key = createPrivateKey({
    key: Buffer.from(secrets.certificateAuthorityKey, 'base64'),
    format: 'der',
    type: 'pkcs8',
  });
  const headers = { authorization: `Bearer ${secrets.internalToken}` };
  const authority = await fetch(`${urls.stations}/internal/certificates/authority`, { headers });
  const { pem } = (await authority.json()) as { pem: string };
  const spki = { type: 'spki', format: 'pem' } as const;
  assert.equal(new X509Certificate(pem).publicKey.export(spki), createPublicKey(key).export(spki), 'it is in use');
  const scalar = Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url');
  assert.equal(scalar.length, 32);
  return [
    { what: 'the key of the authority', value: secrets.certificateAuthorityKey },
    { what: 'the bare key of the authority', value: scalar },
    { what: 'the token between services', value: secrets.internalToken },
    { what: 'the first operator key', value: secrets.demoOperatorKey },
    { what: 'the seed of the tenants’ keys', value: secrets.tenantKeySeed },
    { what: 'the seed of the tenants’ keys as bytes', value: Buffer.from(secrets.tenantKeySeed, 'hex') },
    { what: 'the password of ClickHouse', value: secrets.clickhousePassword },
    { what: 'the password of the analysts', value: secrets.analystPassword },
    { what: 'the password of Postgres', value: secrets.postgresPassword },
  ];
}

/** Passwords that are no good: they come to a gateway, which refuses them. */
export async function guessedPasswords({ trial, stationId }: Planting): Promise<Canary[]> {
  const port = Number(new URL(trial.urls.ocpp).port);
  const guess = 'CANARY-guessed-password-0815';
  const refusal = async (of: string, user: string): Promise<number> => {
    const end = await new ScriptedStation({ port, stationId: of, user, password: guess, version: '1.6' }).ended;
    return end.kind === 'refused' ? end.status : 0;
  };
  assert.deepEqual([await refusal(stationId, stationId), await refusal('NOBODY', 'NOBODY')], [401, 401]);
  const inUrl = 'CANARY-in-a-query-0815';
  const asked = await refusal(`${stationId}?password=${inUrl}`, stationId);
  assert.ok(asked >= 400, `${asked}`);
  return [
    { what: 'a password that was guessed', value: guess },
    { what: 'a password in the query of an upgrade', value: inUrl },
  ];
}

/** Keys of operators and partners, theirs to us and ours to them, and what signs deliveries. */
export async function partiesSecrets({ trial, operator, outside }: Planting): Promise<Canary[]> {
  const { key } = await operator.post<{ key: string }>('/v1/keys', { role: 'viewer', label: 'canary' });
  const asked = await fetch(`${trial.urls.operator}/v1/stations`, { headers: { authorization: `Bearer ${key}` } });
  assert.equal(asked.status, 200);
  const unknown = `csk_${'CANARY0815'.repeat(4)}`;
  const refused = await fetch(`${trial.urls.operator}/v1/stations`, {
    headers: { authorization: `Bearer ${unknown}` },
  });
  assert.equal(refused.status, 401);

  const given = { partnerId: 'canary', name: 'C', parties: ['NL-CNA'], ourParties: ['DE-CSM'], hosts: [outside.host] };
  await registerPlaces(trial.urls.operator, trial.secrets.demoOperatorKey);
  await operator.post('/v1/ocpi/partners', given);
  const issued = await operator.post<{ token: string }>('/v1/ocpi/partners/canary/tokens', { kind: 'credentials' });
  const shown = `Token ${Buffer.from(issued.token).toString('base64')}`;
  const ids = { 'x-request-id': 'r', 'x-correlation-id': 'c' };
  const reads = await fetch(`${trial.urls.ocpiPartners}/ocpi/versions`, { headers: { authorization: shown, ...ids } });
  assert.equal(reads.status, 200);
  const theirs: Canary = { what: 'the token that a partner gave us', value: 'CANARY-token-of-the-partner-0815' };
  // Who has a token to read with needs no handshake; this one begins one.
  await operator.post('/v1/ocpi/partners', { ...given, partnerId: 'canary-2', parties: ['NL-CNB'] });
  const offer = { token: String(theirs.value), versionsUrl: `${outside.url}/versions` };
  const shaken = await operator.raw('/v1/ocpi/partners/canary-2/handshake', {
    method: 'POST',
    body: JSON.stringify(offer),
  });
  const answer = await shaken.text();
  assertSilent(answer, theirs);
  const sent = `Token ${Buffer.from(theirs.value).toString('base64')}`;
  assert.ok(
    outside.heard.some(({ headers }) => headers.authorization === sent),
    answer,
  );
  return [
    { what: 'an operator key', value: key },
    { what: 'an operator key that is none', value: unknown },
    { what: 'the token that we gave a partner', value: issued.token },
    theirs,
    await webhookSecret(operator, outside),
  ];
}

async function webhookSecret(operator: Operator, outside: Outside): Promise<Canary> {
  const webhook = { webhookId: 'canary', url: `${outside.url}/hook`, enabled: true, severityMin: 'info', kinds: [] };
  const { secret } = await operator.post<{ secret: string }>('/v1/webhooks', webhook);
  await operator.post('/v1/webhooks/canary/test', {});
  await eventually('a delivery that this secret signed', async () => {
    const hook = outside.heard.find(({ path }) => path === '/hook');
    if (hook === undefined) return undefined;
    const at = Number(hook.headers['x-chargestream-timestamp']);
    assert.equal(hook.headers['x-chargestream-signature'], `v1=${signatureOf(secret, at, hook.body)}`);
    return true;
  });
  return { what: 'the secret of a webhook', value: secret };
}

/** What operators write into commands that no command may hold: refused, by each way, and repeated by no answer. */
export async function refusedWrites({ operator, stationId }: Planting, at2: string): Promise<Canary[]> {
  const value = 'CANARY-written-by-command-0815';
  const url = `ftp://fetcher:${value}@files.example/x`;
  const component = { name: 'SecurityCtrlr' };
  const network = {
    ocppVersion: 'OCPP20',
    ocppTransport: 'JSON',
    ocppCsmsUrl: 'wss://csms.example',
    messageTimeout: 30,
    securityProfile: 1,
    ocppInterface: 'Wired0',
  };
  const apn = { apn: 'internet', apnAuthentication: 'PAP' };
  const vpn = { server: 's', user: 'u', password: 'p', key: 'k', type: 'IPSec' };
  const raw = (action: string, payload: object) => ({ intent: 'SendCall', parameters: { action, payload } });
  const profile = (more: object) =>
    raw('SetNetworkProfile', { configurationSlot: 1, connectionData: { ...network, ...more } });
  const wishes: readonly (readonly [string, object])[] = [
    [stationId, raw('ChangeConfiguration', { key: 'AuthorizationKey', value })],
    [stationId, { intent: 'WriteConfiguration', parameters: { variables: [{ variable: 'AuthorizationKey', value }] } }],
    [stationId, raw('DataTransfer', { vendorId: 'V', data: `AuthorizationKey=${value}` })],
    [stationId, { intent: 'DataTransfer', parameters: { vendorId: 'V', data: `{"AuthorizationKey":"${value}"}` } }],
    [stationId, raw('UpdateFirmware', { location: url, retrieveDate: '2026-11-26T10:00:00Z' })],
    [stationId, raw('GetDiagnostics', { location: url })],
    [stationId, { intent: 'UpdateFirmware', parameters: { location: url, retrieveAt: '2026-11-26T10:00:00Z' } }],
    [stationId, { intent: 'UploadLog', parameters: { log: 'diagnostics', location: url } }],
    [
      at2,
      raw('SetVariables', {
        setVariableData: [{ component, variable: { name: 'BasicAuthPassword' }, attributeValue: value }],
      }),
    ],
    [at2, raw('GetLog', { logType: 'DiagnosticsLog', requestId: 1, log: { remoteLocation: url } })],
    [at2, profile({ basicAuthPassword: value })],
    [at2, profile({ apn: { ...apn, apnPassword: value } })],
    [at2, profile({ vpn: { ...vpn, password: value } })],
    [at2, profile({ vpn: { ...vpn, password: undefined, key: value } })],
  ];
  const canary = { what: 'a secret in a command', value };
  for (const [of, wish] of wishes) {
    const told = JSON.stringify(wish);
    const refused = await operator.raw(`/v1/stations/${of}/commands`, { method: 'POST', body: told });
    assert.equal(refused.status, 422, told);
    assertSilent(await refused.text(), canary);
    const bulk = { selection: { stationIds: [of] }, ...wish };
    const all = await operator.raw('/v1/bulk-commands', { method: 'POST', body: JSON.stringify(bulk) });
    assert.ok(all.status === 400 || all.status === 422, `${all.status}: ${told}`);
    assertSilent(await all.text(), canary);
  }
  return [canary];
}

/** Cards, wherever one can show: read from the operator's register, sent by commands, told by stations. */
export async function cards(
  { operator, stationId }: Planting,
  station16: ReturningStation,
  station2: ReturningStation,
): Promise<Canary[]> {
  const known = 'CANARYCARD471100001';
  await operator.post('/v1/tokens', { uid: known, type: 'ISO14443', status: 'Accepted' });
  const command = (intent: string, parameters: object) =>
    operator.post(`/v1/stations/${stationId}/commands?waitSeconds=20`, { intent, parameters });
  await command('StartCharging', { token: { uid: known, type: 'ISO14443' }, evseId: 1 });
  await command('SendLocalList', {
    update: 'full',
    version: 1,
    entries: [{ token: { uid: known, type: 'ISO14443' }, status: 'Accepted' }],
  });
  for (const action of ['RemoteStartTransaction', 'SendLocalList'])
    assert.ok(station16.calls.some((call) => call.action === action && JSON.stringify(call.payload).includes(known)));

  const told: string[] = [];
  const tell = async (station: ReturningStation, action: string, payload: (uid: string) => object): Promise<void> => {
    const uid = `CANARYCARD0815${String(told.length).padStart(4, '0')}`;
    told.push(uid);
    assert.equal((await station.ask(action, payload(uid))).type, 3, `${action} is answered`);
  };
  const timestamp = new Date().toISOString();
  await tell(station16, 'Authorize', (idTag) => ({ idTag }));
  await tell(station16, 'StartTransaction', (idTag) => ({ connectorId: 1, idTag, meterStart: 0, timestamp }));
  await tell(station16, 'DataTransfer', (uid) => ({ vendorId: 'V', data: JSON.stringify({ idTag: uid }) }));
  await tell(station16, 'DataTransfer', (uid) => ({ vendorId: 'V', data: `idTag=${uid}` }));
  await tell(station2, 'Authorize', (idToken) => ({ idToken: { idToken, type: 'ISO14443' } }));
  await tell(station2, 'TransactionEvent', (idToken) => ({
    eventType: 'Started',
    timestamp,
    triggerReason: 'Authorized',
    seqNo: 0,
    transactionInfo: { transactionId: 'canary' },
    evse: { id: 1, connectorId: 1 },
    idToken: { idToken, type: 'ISO14443', additionalInfo: [{ additionalIdToken: `${idToken}X`, type: 'x' }] },
  }));
  const ruined = 'CANARYCARDRUINED0815';
  await station16.provoke(`[2,"ruin","Authorize",{"idTag":"${ruined}"`);
  return [
    { what: 'a registered card', value: known, at: ofDrivers },
    { what: 'a card in a broken frame', value: ruined },
    ...told.map((value) => ({ what: 'a card', value })),
  ];
}
