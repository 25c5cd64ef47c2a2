import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { cdr, change, day, evse, location, refOf, session, sessionIdOf, tariff, token } from './facts.ts';
import { newPartner, openRig, type PartnerAnswer, type Rig } from './rig.ts';
import { newToken, startPartnerServer, type PartnerServer } from '#test/partner/partner-server';

let rig: Rig;
let server: PartnerServer;

const cpo = '/ocpi/cpo/2.2.1';
const everSince = 'date_from=2020-01-01T00:00:00Z';

/** Partners with their parties; the last is another tenant's, and has the same party as the first. */
const partners = [
  { partnerId: 'emp', tenantId: 'default', parties: ['NL-EMP', 'BE-EMP'], ourParties: ['DE-CSM', 'NL-CSM'] },
  { partnerId: 'two', tenantId: 'default', parties: ['DE-TWO'], ourParties: ['DE-CSM'] },
  { partnerId: 'acme-emp', tenantId: 'acme', parties: ['NL-EMP'], ourParties: ['DE-CSM'] },
] as const;
type Name = (typeof partners)[number]['partnerId'];
const tokens = new Map<Name, string>();

/** Sessions by name: whose token, and at which of our parties' locations. */
const sessions = [
  { name: 'emp-berlin', tenantId: 'default', uid: 'EMP-1', issuer: 'NL-EMP', place: 'berlin' },
  { name: 'emp-zuid', tenantId: 'default', uid: 'EMP-1', issuer: 'NL-EMP', place: 'zuid' },
  { name: 'be-berlin', tenantId: 'default', uid: 'BE-1', issuer: 'BE-EMP', place: 'berlin' },
  { name: 'two-berlin', tenantId: 'default', uid: 'TWO-1', issuer: 'DE-TWO', place: 'berlin' },
  { name: 'two-zuid', tenantId: 'default', uid: 'TWO-1', issuer: 'DE-TWO', place: 'zuid' },
  { name: 'own-berlin', tenantId: 'default', uid: 'OWN-1', issuer: null, place: 'berlin' },
  { name: 'acme-berlin', tenantId: 'acme', uid: 'EMP-1', issuer: 'NL-EMP', place: 'berlin' },
] as const;
const partyOf = { berlin: 'DE-CSM', zuid: 'NL-CSM' } as const;

before(async () => {
  server = await startPartnerServer();
  rig = await openRig([server.host]);
  for (const { partnerId, tenantId, parties, ourParties } of partners) {
    const who = { partnerId, name: partnerId, parties, ourParties, hosts: [server.host] };
    const issued = await newPartner(rig, who, tenantId);
    const roles = parties.map((partyId) => ({
      role: 'EMSP',
      business_details: { name: partnerId },
      country_code: partyId.slice(0, 2),
      party_id: partyId.slice(3),
    }));
    const body = JSON.stringify({ token: newToken(), url: server.versionsUrl, roles });
    const answer = await rig.partner(issued.token, '/ocpi/2.2.1/credentials', { method: 'POST', body });
    tokens.set(partnerId, (answer.body.data as { token: string }).token);
  }
  for (const tenantId of ['default', 'acme']) {
    for (const place of ['berlin', 'zuid'] as const) {
      await write('location', place, location(place, partyOf[place]), { tenantId });
      await write('station', `S-${place}`, { locationId: place, enabled: true, evses: [evse(1)] }, { tenantId });
    }
    await write('tariff', 'standard', tariff('standard', 'DE-CSM'), { tenantId });
    await write('tariff', 'dutch', tariff('dutch', 'NL-CSM'), { tenantId });
  }
  for (const { name, tenantId, uid, issuer, place } of sessions) {
    await write('token', refOf(uid), token(uid, issuer), { tenantId });
    const where = { tenantId, tokenRef: refOf(uid), stationId: `S-${place}` };
    const key = `${tenantId}/${sessionIdOf(name)}`;
    await rig.append('sessions', key, 'SessionStarted', session(name, where));
    const priced = { ...where, locationId: place, partyId: partyOf[place] };
    await rig.append('cdrs', key, 'CdrIssued', cdr(name, priced));
  }
  await rig.caughtUp();
});
after(async () => {
  await rig.close();
  await server.close();
});

async function write(kind: string, id: string, value: object, more: { tenantId: string; recordedAt?: number }) {
  const written = change(kind, id, value, more);
  await rig.append('registryChanges', written.key, 'RegistryChanged', written.change);
}

const read = (who: Name, path: string, headers = {}): Promise<PartnerAnswer> =>
  rig.partner(tokens.get(who) ?? '', `${cpo}${path}`, { headers });

function party(side: 'from' | 'to', partyId: string): Record<string, string> {
  return { [`ocpi-${side}-country-code`]: partyId.slice(0, 2), [`ocpi-${side}-party-id`]: partyId.slice(3) };
}

const idsOf = ({ body }: PartnerAnswer): string[] =>
  ((body.data ?? []) as { id: string }[]).map(({ id }) => id).toSorted();
const sessionIdsOf = ({ body }: PartnerAnswer): string[] =>
  ((body.data ?? []) as { session_id: string }[]).map(({ session_id }) => session_id).toSorted();

test('whoever asks, however it names the parties, sees its own sessions and CDRs and nobody else’s', async () => {
  const anyParty = fc.constantFrom(undefined, 'NL-EMP', 'BE-EMP', 'DE-TWO', 'DE-CSM', 'NL-CSM', 'FR-ZZZ');
  const seed = Date.now();
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...partners), anyParty, anyParty, async (partner, from, to) => {
      const headers = {
        ...(from === undefined ? {} : party('from', from)),
        ...(to === undefined ? {} : party('to', to)),
      };
      const answers = [
        await read(partner.partnerId, `/sessions?${everSince}`, headers),
        await read(partner.partnerId, '/cdrs', headers),
      ];
      const parties: readonly string[] = partner.parties;
      const ours: readonly string[] = partner.ourParties;
      if (from !== undefined && !parties.includes(from)) {
        assert.deepEqual(
          answers.map(({ status, body }) => [status, body.status_code, body.data]),
          [
            [200, 2001, undefined],
            [200, 2001, undefined],
          ],
        );
        return;
      }
      const seen = sessions.filter(
        ({ tenantId, issuer, place }) =>
          tenantId === partner.tenantId &&
          issuer !== null &&
          parties.includes(issuer) &&
          (from === undefined || from === issuer) &&
          ours.includes(partyOf[place]) &&
          (to === undefined || !ours.includes(to) || to === partyOf[place]),
      );
      const expected = seen.map(({ name }) => sessionIdOf(name)).toSorted();
      const [told, billed] = answers;
      assert.deepEqual(told === undefined ? [] : idsOf(told), expected);
      assert.deepEqual(billed === undefined ? [] : sessionIdsOf(billed), expected);
      assert.equal(told?.headers.get('x-total-count'), String(expected.length));
    }),
    { seed, numRuns: 60 },
  );
});

test('locations and tariffs are those of the parties that face the partner', async () => {
  assert.deepEqual(idsOf(await read('emp', '/locations')), ['berlin', 'zuid']);
  assert.deepEqual(idsOf(await read('two', '/locations')), ['berlin']);
  assert.deepEqual(idsOf(await read('two', '/tariffs')), ['standard']);
  assert.deepEqual(idsOf(await read('emp', '/tariffs', party('to', 'NL-CSM'))), ['dutch']);
  assert.equal((await read('two', '/locations/zuid')).status, 404);
});

test('a token that changes its issuer leaves earlier sessions where they were', async () => {
  const tokenRef = refOf('MOVED-1');
  await write('token', tokenRef, token('MOVED-1', 'BE-EMP'), { tenantId: 'default' });
  await write('token', tokenRef, token('MOVED-1', 'DE-TWO'), { tenantId: 'default', recordedAt: day + 10 });
  for (const [name, startedAt] of [
    ['earlier', day + 9],
    ['later', day + 10],
  ] as const) {
    const where = { tokenRef, stationId: 'S-berlin', startedAt };
    const key = `default/${sessionIdOf(name)}`;
    await rig.append('sessions', key, 'SessionStarted', session(name, where));
    await rig.append('cdrs', key, 'CdrIssued', cdr(name, { ...where, partyId: 'DE-CSM', locationId: 'berlin' }));
  }
  await rig.caughtUp();
  const [earlier, later] = [sessionIdOf('earlier'), sessionIdOf('later')];
  const seenBy = async (who: Name): Promise<string[]> =>
    [...idsOf(await read(who, `/sessions?${everSince}`)), ...sessionIdsOf(await read(who, '/cdrs'))].filter(
      (id) => id === earlier || id === later,
    );
  assert.deepEqual(await seenBy('two'), [later, later]);
  assert.deepEqual(await seenBy('emp'), [earlier, earlier]);
  // The contract is the new issuer's: whose sessions came before must not learn it.
  rig.names.set(tokenRef, { uid: 'MOVED-1', contractId: 'DE-TWO-C1', issuer: 'DE-TWO' });
  type Shown = { readonly id: string; readonly cdr_token: { readonly uid: string; readonly contract_id: string } };
  const shownTo = async (who: Name, id: string) =>
    ((await read(who, `/sessions?${everSince}`)).body.data as Shown[]).find((each) => each.id === id)?.cdr_token;
  assert.deepEqual((await shownTo('two', later))?.contract_id, 'DE-TWO-C1');
  const before = await shownTo('emp', earlier);
  assert.deepEqual([before?.uid, before?.contract_id], ['MOVED-1', '#NA']);
});

test('a token that is missing, foreign, malformed, raw or blocked opens nothing', async () => {
  const token = tokens.get('two') ?? '';
  const paths = [
    '/ocpi/versions',
    '/ocpi/2.2.1',
    '/ocpi/2.2.1/credentials',
    ...['/locations', '/locations/berlin', '/sessions', '/cdrs', '/tariffs'].map((path) => cpo + path),
  ];
  const shown = [
    '',
    'Token',
    `Token ${token}`,
    'Token !!!',
    `Bearer ${token}`,
    `Token ${Buffer.from('x').toString('base64')}`,
  ];
  for (const path of paths) {
    for (const authorization of shown) {
      const answer = await rig.partner(token, path, { headers: { authorization } });
      assert.deepEqual([answer.status, answer.body.data], [401, undefined], `${path} ${authorization}`);
    }
  }
  const withLineBreak = `Token ${Buffer.from(`${token}\n`).toString('base64')}`;
  assert.equal((await rig.partner(token, '/ocpi/versions', { headers: { authorization: withLineBreak } })).status, 200);
  const raw = { headers: { authorization: `Token ${token}` } };
  await rig.operator('PATCH', '/v1/ocpi/partners/two', { acceptsRawToken: true });
  assert.equal((await rig.partner(token, '/ocpi/versions', raw)).status, 200);
  await rig.operator('PATCH', '/v1/ocpi/partners/two', { blocked: true });
  assert.equal((await rig.partner(token, '/ocpi/versions', raw)).status, 401);
  await rig.operator('PATCH', '/v1/ocpi/partners/two', { blocked: false });
  assert.equal((await rig.partner(token, '/ocpi/versions', raw)).status, 200);
});

test('a registration token opens versions and credentials alone', async () => {
  const who = { partnerId: 'new', name: 'New', parties: ['FR-NEW'], ourParties: ['DE-CSM'], hosts: [server.host] };
  const issued = await newPartner(rig, who);
  assert.equal((await rig.partner(issued.token, '/ocpi/2.2.1')).status, 200);
  const credentials = await rig.partner(issued.token, '/ocpi/2.2.1/credentials');
  assert.equal((credentials.body.data as { token: string }).token, issued.token);
  for (const path of ['/locations', '/sessions', '/cdrs', '/tariffs'])
    assert.equal((await rig.partner(issued.token, `${cpo}${path}?${everSince}`)).status, 401, path);
});

test('ids come back, parties are swapped, and a request without ids is 2001', async () => {
  const answer = await read('emp', '/tariffs', { ...party('from', 'BE-EMP'), ...party('to', 'NL-CSM') });
  const names = [
    'x-request-id',
    'x-correlation-id',
    'ocpi-from-country-code',
    'ocpi-from-party-id',
    'ocpi-to-country-code',
  ];
  assert.deepEqual(
    names.map((name) => answer.headers.get(name)),
    ['request-1', 'correlation-1', 'NL', 'CSM', 'BE'],
  );
  assert.equal((await rig.partner(tokens.get('emp') ?? '', '/ocpi/versions')).headers.get('ocpi-to-party-id'), null);
  const without = await read('emp', '/tariffs', { 'x-request-id': '' });
  assert.deepEqual([without.status, without.body.status_code], [200, 2001]);
  const own = await read('emp', '/tariffs', { ...party('from', 'NL-EMP'), ...party('to', 'NL-EMP') });
  assert.equal(own.body.status_code, 1000, 'some peers name themselves on both sides');
});

test('dates and limits that cannot be read are 2001; a limit above the maximum is clamped', async () => {
  const faulty = [
    'limit=0',
    'limit=-1',
    'limit=x',
    'limit=1.5',
    'offset=-1',
    'date_to=x',
    'date_to=2026-06-01',
    'date_to=2026-06-01T00:00:00%2B00:00',
    'date_to=2026-02-30T00:00:00Z',
    'date_to=2026-06-01T25:00:00Z',
    'limit=1&limit=2',
    'after=x',
    'total=x',
    `after=${Buffer.from('["a",1,1]').toString('base64url')}`,
  ];
  for (const path of ['/locations', '/sessions', '/cdrs', '/tariffs']) {
    for (const query of faulty) {
      const answer = await read('emp', `${path}?${everSince}&${query}`);
      assert.deepEqual([answer.status, answer.body.status_code], [200, 2001], `${path}?${query}`);
    }
    assert.equal((await read('emp', `${path}?date_from=x`)).body.status_code, 2001);
    const clamped = await read('emp', `${path}?${everSince}&limit=100000`);
    assert.deepEqual([clamped.body.status_code, clamped.headers.get('x-limit')], [1000, '100']);
  }
  assert.equal((await read('emp', '/sessions')).body.status_code, 2001, 'date_from is missing');
  assert.equal((await read('emp', '/nothing')).status, 404);
});

test('date_from is inclusive, date_to exclusive, and both speak of last_updated', async () => {
  const at = new Date(day).toISOString();
  const after = new Date(day + 1).toISOString();
  const count = async (query: string): Promise<string | null> =>
    (await read('acme-emp', `/sessions?${query}`)).headers.get('x-total-count');
  assert.equal(await count(`date_from=${at}`), '1');
  assert.equal(await count(`date_from=${after}`), '0');
  assert.equal(await count(`${everSince}&date_to=${at}`), '0');
  assert.equal(await count(`${everSince}&date_to=${after}`), '1');
  assert.equal(await count(`date_from=${at.replace('.000Z', '')}`), '1', 'without Z it is UTC too');
});

test('pages are led by the Link, and an object that changes meanwhile hides no other', async () => {
  const names = Array.from({ length: 7 }, (_, n) => `page-${n}`);
  const where = { tokenRef: refOf('EMP-1'), stationId: 'S-berlin', tenantId: 'acme' };
  const say = async (name: string, more: object) => {
    const said = session(name, { ...where, ...more });
    await rig.append('sessions', `acme/${said.sessionId}`, 'SessionUpdated', said);
  };
  for (const [n, name] of names.entries()) await say(name, { recordedAt: day + 1_000 + n });
  await rig.caughtUp();
  const query = `date_from=${new Date(day + 1_000).toISOString()}&date_to=${new Date(day + 2_000).toISOString()}`;
  const seen: string[] = [];
  let next: string | undefined = `${cpo}/sessions?${query}&limit=2`;
  while (next !== undefined) {
    const answer: PartnerAnswer = await rig.partner(tokens.get('acme-emp') ?? '', next);
    assert.equal(answer.body.status_code, 1000);
    seen.push(...(answer.body.data as { id: string }[]).map(({ id }) => id));
    // The first one leaves what was asked for: by offsets alone, the next page would begin one too late.
    assert.equal(answer.headers.get('x-total-count'), '7', 'as when the first page was read');
    if (seen.length === 2) {
      await say('page-0', { sourceOffset: 2, recordedAt: day + 9_000, energyMilliWh: 9 });
      await rig.caughtUp();
    }
    next = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
    if (next !== undefined) assert.match(next, /date_from=.*date_to=.*limit=2/);
  }
  assert.deepEqual(seen, names.map(sessionIdOf));
  // Who counts for itself, by offsets alone, reads the same of what does not change.
  const counted = async (list: string, offset: number): Promise<string[]> => {
    const answer = await read('acme-emp', `/${list}?${everSince}&limit=3&offset=${offset}`);
    return (answer.body.data as { id: string }[]).map(({ id }) => id);
  };
  const whole = ((await read('acme-emp', `/sessions?${everSince}`)).body.data as { id: string }[]).map(({ id }) => id);
  assert.deepEqual([...(await counted('sessions', 0)), ...(await counted('sessions', 3))], whole.slice(0, 6));
  assert.deepEqual(await counted('sessions', whole.length - 1), whole.slice(-1));
  assert.deepEqual(await counted('sessions', whole.length), []);
  for (const list of ['cdrs', 'locations', 'tariffs']) assert.equal((await counted(list, 1_000)).length, 0);
  assert.deepEqual(idsOf(await read('emp', '/locations?offset=1')), ['zuid']);
});

test('who asks too often is told when to come again; guessing tokens stops nobody whose token is good', async () => {
  const slow = await openRig([], { OCPI_STRANGER_PER_SECOND: '1', OCPI_PARTNER_PER_SECOND: '2' });
  try {
    const who = { partnerId: 'emp', name: 'EMP', parties: ['NL-EMP'], ourParties: ['DE-CSM'], hosts: ['emp.example'] };
    const { token } = await newPartner(slow, who);
    assert.equal((await slow.partner(token, '/ocpi/versions')).status, 200);
    const until429 = async (shown: string): Promise<PartnerAnswer> => {
      for (let n = 0; n < 200; n++) {
        const answer = await slow.partner(shown, '/ocpi/versions');
        if (answer.status === 429) return answer;
      }
      return assert.fail('never slowed');
    };
    const guessing = await until429('guess');
    assert.deepEqual([guessing.headers.get('retry-after'), guessing.body.status_code], ['1', 2000]);
    assert.equal((await slow.partner(token, '/ocpi/versions')).status, 200);
    assert.equal((await until429(token)).headers.get('x-request-id'), 'request-1');
  } finally {
    await slow.close();
  }
});
