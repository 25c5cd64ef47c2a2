import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { openLogReader } from '#kit/event-log/reader';
import { createLogger } from '#kit/logger';
import { logSettings } from '#services/ocpi/config';
import { newToken, startPartnerServer, type PartnerServer } from '#test/partner/partner-server';
import { newPartner, openRig, type Rig } from './rig.ts';

let rig: Rig;
let server: PartnerServer;
let emp: PartnerServer;

before(async () => {
  server = await startPartnerServer();
  emp = await startPartnerServer('DE-TWO');
  rig = await openRig([server.host, emp.host]);
});
after(async () => {
  await rig.close();
  await server.close();
  await emp.close();
});

const credentialsPath = '/ocpi/2.2.1/credentials';
const newcomer = (partnerId: string, party: string, hosts = [server.host]) => ({
  partnerId,
  name: partnerId,
  parties: [party],
  ourParties: ['DE-CSM', 'NL-CSM'],
  hosts,
});
const credentialsOf = (partner: PartnerServer) =>
  JSON.stringify({ token: partner.token, url: partner.versionsUrl, roles: partner.roles });
const post = (body: string, method = 'POST'): RequestInit => ({ method, body });

test('a partner registers with us: while its POST is open we read its endpoints, then its first token is dead', async () => {
  const { token: tokenA, versionsUrl } = await newPartner(rig, newcomer('emp', 'NL-EMP'));
  const versions = await rig.partner(tokenA, versionsUrl);
  const [version] = versions.body.data as { version: string; url: string }[];
  assert.equal(version?.version, '2.2.1');
  const details = await rig.partner(tokenA, version.url);
  const { endpoints } = details.body.data as { endpoints: { identifier: string; role: string; url: string }[] };
  assert.deepEqual(
    endpoints.map(({ identifier, role }) => `${identifier} ${role}`),
    ['credentials SENDER', 'locations SENDER', 'sessions SENDER', 'cdrs SENDER', 'tariffs SENDER'],
  );
  const credentialsUrl = endpoints[0]?.url ?? '';
  assert.equal((await rig.partner(tokenA, credentialsUrl, { method: 'DELETE' })).status, 405);
  assert.equal((await rig.partner(tokenA, credentialsUrl, post(credentialsOf(server), 'PUT'))).status, 405);
  server.asked.length = 0;
  const answer = await rig.partner(tokenA, credentialsUrl, post(credentialsOf(server)));
  assert.equal(answer.body.status_code, 1000, answer.text);
  assert.deepEqual(server.asked, [
    { path: '/versions', token: server.token },
    { path: '/2.2.1', token: server.token },
  ]);
  const { token: tokenC, roles } = answer.body.data as { token: string; roles: { party_id: string }[] };
  assert.deepEqual(
    roles.map(({ party_id }) => party_id),
    ['CSM', 'CSM'],
  );
  assert.equal((await rig.partner(tokenA, versionsUrl)).status, 401);
  assert.equal((await rig.partner(tokenC, credentialsUrl, post(credentialsOf(server)))).status, 405);
  const shown = await rig.partner(tokenC, credentialsUrl);
  assert.equal((shown.body.data as { token: string }).token, tokenC);
  assert.equal((await rig.operator('GET', '/v1/ocpi/partners/emp')).body['state'], 'registered');
  assert.equal((await rig.operator('POST', '/v1/ocpi/partners/emp/tokens', {})).status, 409);
});

test('a token that is replaced works until the new one is used', async () => {
  const { token: tokenA, versionsUrl } = await newPartner(rig, newcomer('rotating', 'NL-ROT'));
  const rotating = JSON.stringify({
    token: server.token,
    url: server.versionsUrl,
    roles: [{ role: 'EMSP', business_details: { name: 'R' }, country_code: 'nl', party_id: 'rot' }],
  });
  const tokenOf = (answer: { body: { data?: unknown } }): string => (answer.body.data as { token: string }).token;
  const first = tokenOf(await rig.partner(tokenA, credentialsPath, post(rotating)));
  const second = tokenOf(await rig.partner(first, credentialsPath, post(rotating, 'PUT')));
  assert.notEqual(second, first);
  assert.equal((await rig.partner(first, versionsUrl)).status, 200, 'in its grace');
  assert.equal((await rig.partner(second, versionsUrl)).status, 200);
  assert.equal((await rig.partner(first, versionsUrl)).status, 401, 'the new one was used');
  const left = await rig.partner(second, credentialsPath, { method: 'DELETE' });
  assert.equal(left.body.status_code, 1000);
  assert.equal((await rig.partner(second, versionsUrl)).status, 401);
  assert.equal((await rig.operator('GET', '/v1/ocpi/partners/rotating')).body['state'], 'unregistered');
});

test('we register at a partner: our new token works while our POST is open', async () => {
  await newPartner(rig, newcomer('two', 'DE-TWO', [emp.host]));
  let meanwhile: number | undefined;
  emp.conduct.meanwhile = async (ours) => {
    meanwhile = (await rig.partner(ours.token, ours.url)).body.status_code;
  };
  const theirs = { token: newToken(), versionsUrl: emp.versionsUrl };
  const done = await rig.operator('POST', '/v1/ocpi/partners/two/handshake', theirs);
  assert.equal(done.status, 200, JSON.stringify(done.body));
  assert.equal(done.body['state'], 'registered');
  assert.equal(meanwhile, 1000);
  assert.deepEqual(new Set(emp.asked.map(({ token }) => token)), new Set([theirs.token]));
  const [ours] = emp.received;
  assert.equal((await rig.partner(ours?.token ?? '', credentialsPath)).body.status_code, 1000);
  assert.equal((await rig.operator('POST', '/v1/ocpi/partners/two/handshake', theirs)).status, 409);
});

test('what a partner gives us must be usable: 3001, 3002, 3003, and its first token stays good', async () => {
  const { token, versionsUrl } = await newPartner(rig, newcomer('faulty', 'NL-FLT'));
  const roles = [{ role: 'EMSP', business_details: { name: 'F' }, country_code: 'NL', party_id: 'FLT' }];
  const code = async (url = server.versionsUrl): Promise<number> =>
    (await rig.partner(token, credentialsPath, post(JSON.stringify({ token: 'b', url, roles })))).body.status_code;
  const cases: [expected: number, conduct: typeof server.conduct][] = [
    [3002, { versions: [{ version: '2.1.1', url: `${server.base}/2.1.1` }] }],
    [3003, { details: { version: '2.2.1', endpoints: [{ identifier: 'cdrs', role: 'RECEIVER', url: server.base }] } }],
    [3001, { versions: 'none' }],
    [3001, { versions: Array.from({ length: 51 }, () => ({ version: '2.2.1', url: server.base })) }],
    [3001, { raw: { status: 500, body: '' } }],
    [3001, { raw: { status: 200, body: '{' } }],
    [3001, { raw: { status: 200, body: '{"status_code":2001}' } }],
    [3001, { raw: { status: 302, headers: { location: `${server.base}/2.2.1` }, body: '' } }],
    [3001, { raw: { status: 200, body: `{"status_code":1000,"data":"${'x'.repeat(70_000)}"}` } }],
    [3001, { versions: [{ version: '2.2.1', url: 'http://127.0.0.1:1/2.2.1' }] }],
  ];
  for (const [expected, conduct] of cases) {
    Object.assign(server.conduct, { versions: undefined, details: undefined, raw: undefined }, conduct);
    assert.equal(await code(), expected, JSON.stringify(conduct).slice(0, 100));
  }
  Object.assign(server.conduct, { versions: undefined, details: undefined, raw: undefined });
  assert.equal(await code('http://169.254.169.254/latest'), 3001);
  assert.equal((await rig.partner(token, versionsUrl)).status, 200);
  assert.equal(await code(), 1000);
});

test('a partner that claims a party which is not registered for it is refused, whoever asks first', async () => {
  const { token } = await newPartner(rig, newcomer('claims', 'NL-CLM'));
  assert.equal((await rig.partner(token, credentialsPath, post(credentialsOf(server)))).body.status_code, 2001);
  const theirs = { token: newToken(), versionsUrl: server.versionsUrl };
  const answer = await rig.operator('POST', '/v1/ocpi/partners/claims/handshake', theirs);
  assert.equal(answer.status, 502);
  assert.equal(answer.body['code'], 'OCPI_3001');
  const ours = server.received.at(-1);
  assert.equal((await rig.partner(ours?.token ?? '', credentialsPath)).status, 401, 'the token offered is taken back');
});

test('credentials that are none are 2001, a body that is no JSON is HTTP 400', async () => {
  const { token } = await newPartner(rig, newcomer('unsound', 'NL-UNS'));
  const unsound = ['{}', '{"token":"a b","url":"x","roles":[]}', '[]', '"x"'];
  for (const body of unsound)
    assert.equal((await rig.partner(token, credentialsPath, post(body))).body.status_code, 2001, body);
  const broken = await rig.partner(token, credentialsPath, post('{"token":'));
  assert.deepEqual([broken.status, broken.body.status_code], [400, 2001]);
});

test('no token stands in Kafka, in Postgres or in what operators are told', async () => {
  const { token: tokenA } = await newPartner(rig, newcomer('canary', 'NL-CNY'));
  const roles = [{ role: 'EMSP', business_details: { name: 'C' }, country_code: 'NL', party_id: 'CNY' }];
  const theirs = newToken();
  const body = JSON.stringify({ token: theirs, url: server.versionsUrl, roles });
  const exchanged = await rig.partner(tokenA, credentialsPath, post(body));
  const { token: tokenC } = exchanged.body.data as { token: string };
  const told = await rig.operator('GET', '/v1/ocpi/partners');
  const places: Record<string, string> = {
    operators: JSON.stringify(told.body),
    kafka: await changesOf('canary'),
    postgres: await rowsOf(['partners', 'partner_links', 'partner_tokens', 'outbox']),
  };
  assert.match(places['kafka'] ?? '', /"state":"registered"/);
  for (const [place, text] of Object.entries(places)) {
    for (const token of [tokenA, tokenC, theirs]) {
      for (const written of [token, Buffer.from(token).toString('base64'), Buffer.from(token).toString('hex')])
        assert.ok(!text.includes(written), `${place} holds a token`);
    }
  }
});

/** What the log holds of changes, once it tells that this partner is registered. */
async function changesOf(partnerId: string): Promise<string> {
  const onLost = (_partition: number, fault: Error): void => assert.fail(fault);
  const topic = rig.topics.registryChanges.name;
  const options = { ...logSettings, brokers: rig.brokers, clientId: 'test', topic, onLost };
  const reader = await openLogReader(options, createLogger('test', 'silent'));
  reader.assign(0, 0);
  let text = '';
  try {
    while (!new RegExp(`"partnerId":"${partnerId}"[^}]*"state":"registered"`).test(text))
      for (const { records } of await reader.next(1_000))
        for (const { value } of records) text += value === null ? '' : value.toString('utf8');
  } finally {
    await reader.close();
  }
  return text;
}

async function rowsOf(tables: readonly string[]): Promise<string> {
  const client = new pg.Client({ connectionString: rig.databaseUrl });
  await client.connect();
  let text = '';
  for (const table of tables) {
    const { rows } = await client.query<{ row: string }>(`select t::text as row from ocpi_own.${table} as t`);
    text += rows.map(({ row }) => row).join('\n');
  }
  await client.end();
  return text;
}
