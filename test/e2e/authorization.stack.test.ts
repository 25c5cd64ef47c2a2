// Authorisation on the whole platform: given cards, groups, partners and policies, when drivers show them at two stations,
// then each is told the same as the other, and what was decided stands in the sessions.
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { after, before, test } from 'node:test';
import { startTrial, type Trial } from '#load-tests/bench/trial';
import type { FleetVersion } from '#load-tests/fleet/identities';
import { eventually, operatorOf, type Operator, type Page, type Session } from './operator-client.ts';
import { ScriptedStation } from './scripted-station.ts';

type Info = { readonly status: string; readonly parentIdTag?: string; readonly groupIdToken?: { idToken: string } };
type JudgedSession = Session & { readonly authorization: string | null };

const partnerTimeoutMs = 400;

let trial: Trial;
let operator: Operator;
let old: ScriptedStation;
let modern: ScriptedStation;
let partner: Server;
/** What the partner says; undefined: nothing at all. */
let partnerSays: string | undefined;
let asked = 0;

before(async () => {
  partner = createServer((request, response) => {
    asked += request.url === '/internal/tokens/authorize' ? 1 : 0;
    if (partnerSays !== undefined)
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ status: partnerSays }));
  });
  await new Promise<void>((resolve) => partner.listen(0, '127.0.0.1', resolve));
  const address = partner.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  trial = await startTrial({
    processes: [['registry', 'sessions', 'operator']],
    env: { PARTNER_TOKENS_URL: `http://127.0.0.1:${port}`, PARTNER_TIMEOUT_MS: String(partnerTimeoutMs) },
  });
  operator = operatorOf(trial);
  [old, modern] = [await connect('AUTH-16', '1.6'), await connect('AUTH-201', '2.0.1')];
});
after(async () => {
  partner.closeAllConnections();
  partner.close();
  await trial.close();
});

async function connect(stationId: string, version: FleetVersion): Promise<ScriptedStation> {
  const evses = [{ evseId: 1 }, { evseId: 2 }];
  const { password } = await operator.post<{ password: string }>('/v1/stations', { stationId, evses });
  const port = Number(new URL(trial.urls.ocpp).port);
  const station = await ScriptedStation.connect({ port, stationId, password, version });
  await station.boot();
  return station;
}

const register = (token: object): Promise<{ tokenRef: string }> => operator.post('/v1/tokens', token);

async function policies(changed: object): Promise<void> {
  const response = await operator.raw('/v1/tenants/default', { method: 'PATCH', body: JSON.stringify(changed) });
  assert.equal(response.status, 200, await response.text());
}

async function authorized16(idTag: string): Promise<Info> {
  return (await old.ask('Authorize', { idTag }))?.payload['idTagInfo'] as Info;
}

async function authorized2(idToken: string, type = 'ISO14443'): Promise<Info> {
  return (await modern.ask('Authorize', { idToken: { idToken, type } }))?.payload['idTokenInfo'] as Info;
}

/** Both stations say so, as soon as the gateway has heard of what was registered. */
async function bothSay(uid: string, in16: string, in2 = in16): Promise<void> {
  await eventually(`${uid} is ${in16} and ${in2}`, async () => {
    const said = [(await authorized16(uid)).status, (await authorized2(uid)).status];
    return said[0] === in16 && said[1] === in2 ? true : undefined;
  });
}

let starts = 0;

/** A start of its own each time: the station's clock goes on. */
function start16(idTag: string) {
  const timestamp = new Date(Date.now() + 10 * starts++).toISOString();
  return { connectorId: 1, idTag, meterStart: 0, timestamp };
}

async function started16(request: object): Promise<{ transactionId: number; status: string }> {
  const answer = (await old.ask('StartTransaction', request))?.payload as { transactionId: number; idTagInfo: Info };
  return { transactionId: answer.transactionId, status: answer.idTagInfo.status };
}

async function event2(eventType: string, transactionId: string, uid: string): Promise<string> {
  const answer = await modern.ask('TransactionEvent', {
    eventType,
    timestamp: new Date().toISOString(),
    triggerReason: eventType === 'Ended' ? 'StopAuthorized' : 'Authorized',
    seqNo: 0,
    transactionInfo: { transactionId },
    evse: { id: 1, connectorId: 1 },
    idToken: { idToken: uid, type: 'ISO14443' },
  });
  assert.ok(answer !== undefined, 'the socket is open');
  return (answer.payload['idTokenInfo'] as Info).status;
}

test('a card that may have one session has one, at whichever stations', async () => {
  await register({ uid: 'ONE', concurrentSessionsMax: 1 });
  await bothSay('ONE', 'Accepted');
  const request = start16('ONE');
  const first = await started16(request);
  assert.equal(first.status, 'Accepted');
  // A place that begins a transaction ends the one before, so each of these tries stands alone.
  const refused = await eventually('the other station refuses a second session', async () => {
    const transactionId = `two-${starts++}`;
    return (await event2('Started', transactionId, 'ONE')) === 'ConcurrentTx' ? transactionId : undefined;
  });
  const { items } = await eventually('a refused start is a session', async () => {
    const page = await operator.get<Page<JudgedSession>>(`/v1/sessions?transactionId=${refused}`);
    return page.items.length === 1 ? page : undefined;
  });
  assert.equal(items[0]?.authorization, 'ConcurrentTx');
  // Sent again it is the same start, as a message of its own too; and nobody asks whether a driver may stop.
  assert.deepEqual(await started16({ ...request }), first);
  assert.equal((await authorized2('ONE')).status, 'Accepted');
  assert.equal((await authorized16('ONE')).status, 'Accepted');
  assert.equal(await event2('Ended', refused, 'ONE'), 'Accepted');
  const { transactionId } = first;
  const stop = { transactionId, idTag: 'ONE', meterStop: 10, timestamp: new Date().toISOString() };
  assert.deepEqual((await old.ask('StopTransaction', stop))?.payload, { idTagInfo: { status: 'Accepted' } });
  await eventually('the card is free again', async () =>
    (await event2('Started', `three-${starts++}`, 'ONE')) === 'Accepted' ? true : undefined,
  );
});

test('a card without a limit charges at two stations', async () => {
  await register({ uid: 'MANY' });
  await bothSay('MANY', 'Accepted');
  assert.equal((await started16(start16('MANY'))).status, 'Accepted');
  assert.equal(await event2('Started', `many-${starts++}`, 'MANY'), 'Accepted');
});

test('cards of one group are told of it alike, in the words of each version', async () => {
  for (const uid of ['GROUP-A', 'GROUP-B']) await register({ uid, groupId: 'FLEET-7' });
  await bothSay('GROUP-A', 'Accepted');
  await bothSay('GROUP-B', 'Accepted');
  const parent = (await authorized16('GROUP-A')).parentIdTag ?? '';
  assert.match(parent, /^[0-9a-f]{20}$/);
  assert.equal((await authorized16('GROUP-B')).parentIdTag, parent);
  const group = (await authorized2('GROUP-A')).groupIdToken?.idToken ?? '';
  assert.equal(group.length, 32);
  assert.ok(group.startsWith(parent));
});

test('a partner is asked about its token; silent, the tenant decides, and a driver waits no longer than its deadline', async () => {
  await register({ uid: 'PARTNER', issuer: 'NL-EMP', whitelist: 'NEVER' });
  partnerSays = 'NoCredit';
  await bothSay('PARTNER', 'Invalid', 'NoCredit');
  assert.ok(asked > 0);
  partnerSays = 'Accepted';
  await bothSay('PARTNER', 'Accepted');
  partnerSays = undefined;
  await bothSay('PARTNER', 'Invalid');
  await policies({ tokensUnavailable: 'accept' });
  await bothSay('PARTNER', 'Accepted');
  await policies({ tokensUnavailable: 'refuse' });
  await bothSay('PARTNER', 'Invalid');
});

test('where the tenant lets everybody charge, everybody may, until it does not', async () => {
  assert.equal((await authorized16('NOBODY')).status, 'Invalid');
  await policies({ freeVending: true });
  await bothSay('NOBODY', 'Accepted');
  await policies({ freeVending: false });
  await bothSay('NOBODY', 'Invalid');
});

test('a vehicle charges by its address where the tenant allows it, in each version', async () => {
  await register({ uid: '00:B0:52:A1:C2:D3', type: 'MacAddress' });
  const said = async (): Promise<string[]> => [
    (await authorized16('VID:00B052A1C2D3')).status,
    (await authorized2('00b052a1c2d3', 'MacAddress')).status,
  ];
  assert.deepEqual(await said(), ['Invalid', 'Invalid']);
  await policies({ autocharge: true });
  await eventually('the vehicle is known', async () =>
    (await said()).every((status) => status === 'Accepted') ? true : undefined,
  );
  await policies({ autocharge: false });
  await eventually('it is not any more', async () =>
    (await said()).every((status) => status === 'Invalid') ? true : undefined,
  );
});
