import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Compile } from 'typebox/compile';
import { cdr as cdrSchema } from '#services/ocpi/wire/v221/cdr';
import { location as locationSchema } from '#services/ocpi/wire/v221/location';
import { session as sessionSchema } from '#services/ocpi/wire/v221/session';
import { tariff as tariffSchema } from '#services/ocpi/wire/v221/tariff';
import { cdr, change, day, evse, location, refOf, session, sessionIdOf, tariff, token } from './facts.ts';
import { newPartner, openRig, type PartnerAnswer, type Rig } from './rig.ts';
import { startPartnerServer, type PartnerServer } from '#test/partner/partner-server';

let rig: Rig;
let server: PartnerServer;
/** The credentials token of the partner NL-EMP. */
let emp: string;

const cpo = '/ocpi/cpo/2.2.1';
const everSince = 'date_from=2020-01-01T00:00:00Z';
const minuteMs = 60_000;

before(async () => {
  server = await startPartnerServer();
  rig = await openRig([server.host]);
  const who = {
    partnerId: 'emp',
    name: 'EMP',
    parties: ['NL-EMP'],
    ourParties: ['DE-CSM', 'NL-CSM'],
    hosts: [server.host],
  };
  const { token: tokenA } = await newPartner(rig, who);
  const body = JSON.stringify({ token: server.token, url: server.versionsUrl, roles: server.roles });
  const answer = await rig.partner(tokenA, '/ocpi/2.2.1/credentials', { method: 'POST', body });
  emp = (answer.body.data as { token: string }).token;
  rig.names.set(refOf('CARD-1'), { uid: 'CARD-1', contractId: 'NL-EMP-C1', issuer: 'NL-EMP' });
  await write('party', 'DE-CSM', { partyId: 'DE-CSM', name: 'Chargestream' });
  await write('location', 'berlin', location('berlin', 'DE-CSM'));
  await write('location', 'nowhere', location('nowhere', 'DE-CSM', { coordinates: null }));
  await write('station', 'S1', { locationId: 'berlin', enabled: true, evses: [evse(1), evse(2)] });
  await write('token', refOf('CARD-1'), token('CARD-1', 'NL-EMP'));
  await write('tariff', 'standard', tariff('standard', 'DE-CSM'));
  await write('tariff', 'foreign', tariff('foreign', 'FR-CSM'));
  await rig.caughtUp();
});
after(async () => {
  await rig.close();
  await server.close();
});

async function write(kind: string, id: string, value: object | null, recordedAt = day): Promise<void> {
  const written = change(kind, id, value, { recordedAt });
  await rig.append('registryChanges', written.key, 'RegistryChanged', written.change);
}

async function say(said: ReturnType<typeof session>, type: 'SessionStarted' | 'SessionUpdated' | 'SessionEnded') {
  await rig.append('sessions', `${said.tenantId}/${said.sessionId}`, type, said);
}

const read = (path: string, headers = {}): Promise<PartnerAnswer> => rig.partner(emp, `${cpo}${path}`, { headers });

/** Objects of a list, each held against the schema of OCPI 2.2.1, with every number as it stands on the wire. */
function objectsOf<T>(
  answer: PartnerAnswer,
  schema: { Check(value: unknown): boolean; Errors(value: unknown): unknown },
): T[] {
  assert.equal(answer.body.status_code, 1000, answer.text);
  const items = answer.body.data as T[];
  for (const item of items)
    assert.ok(schema.Check(item), `${JSON.stringify(schema.Errors(item))} in ${JSON.stringify(item)}`);
  assert.doesNotMatch(answer.text, /[:,[]-?\d+\.\d{5,}/, 'more than four decimals');
  return items;
}

const schemas = {
  locations: Compile(locationSchema),
  sessions: Compile(sessionSchema),
  cdrs: Compile(cdrSchema),
  tariffs: Compile(tariffSchema),
};

type Told = { readonly id: string; readonly last_updated: string };
type ToldEvse = {
  readonly uid: string;
  readonly status: string;
  readonly last_updated: string;
  readonly connectors: readonly Told[];
};
type ToldLocation = Told & { readonly evses: readonly ToldEvse[] };

test('a location is told with its EVSEs; one without coordinates is not', async () => {
  const [berlin, ...others] = objectsOf<ToldLocation>(await read('/locations'), schemas.locations);
  assert.deepEqual(others, []);
  assert.equal(berlin?.id, 'berlin');
  assert.deepEqual(
    berlin.evses.map(({ status }) => status),
    ['UNKNOWN', 'UNKNOWN'],
  );
  const [first] = berlin.evses;
  assert.deepEqual((await read('/locations/BERLIN')).body.data, berlin);
  assert.deepEqual((await read(`/locations/berlin/${first?.uid.toUpperCase()}`)).body.data, first);
  assert.deepEqual((await read(`/locations/berlin/${first?.uid}/1`)).body.data, first?.connectors[0]);
  for (const path of [
    '/locations/nowhere',
    '/locations/other',
    `/locations/berlin/x`,
    `/locations/berlin/${first?.uid}/2`,
  ]) {
    const answer = await read(path);
    assert.deepEqual([answer.status, answer.body.status_code], [404, 2003], path);
  }
});

test('what changes at a connector, an EVSE or its status moves the location, and nothing else does', async () => {
  const updatesOf = async (): Promise<string[]> => {
    const [berlin] = objectsOf<ToldLocation>(await read('/locations'), schemas.locations);
    const [one, two] = berlin?.evses ?? [];
    return [berlin?.last_updated, one?.last_updated, one?.connectors[0]?.last_updated, two?.last_updated].map((text) =>
      String(text),
    );
  };
  const at = (minutes: number): string => new Date(day + minutes * minuteMs).toISOString();
  const status = (evseId: number, minutes: number, seq: number, said: 'Available' | 'Charging') =>
    rig.append('events', 'default/S1', 'ConnectorStatusChanged', {
      meta: metaOf(minutes, { connectionEpoch: epoch, seq }),
      evseId,
      connectorId: 1,
      status: said,
      errorCode: null,
      info: null,
      vendorId: null,
      vendorErrorCode: null,
    });
  const connected = { gatewayId: 'gw', subprotocol: 'ocpp1.6', securityProfile: 1, remoteAddress: null };
  const epoch = await rig.append('events', 'default/S1', 'StationConnected', { meta: metaOf(1), ...connected });
  await status(1, 2, 0, 'Available');
  await status(2, 3, 1, 'Available');
  await rig.caughtUp();
  assert.deepEqual(await updatesOf(), [at(3), at(2), at(0), at(3)]);
  await status(1, 4, 2, 'Available');
  await write(
    'station',
    'S1',
    { locationId: 'berlin', enabled: true, evses: [evse(1), evse(2)], vendor: 'other' },
    day + 4 * minuteMs,
  );
  await rig.caughtUp();
  assert.deepEqual(await updatesOf(), [at(3), at(2), at(0), at(3)], 'the same status, and what partners never see');
  await write(
    'station',
    'S1',
    { locationId: 'berlin', enabled: true, evses: [evse(1, { maxAmperage: 16 }), evse(2)] },
    day + 5 * minuteMs,
  );
  await rig.caughtUp();
  assert.deepEqual(await updatesOf(), [at(5), at(5), at(5), at(3)]);
  await status(2, 6, 3, 'Charging');
  await rig.caughtUp();
  assert.deepEqual(await updatesOf(), [at(6), at(5), at(5), at(6)]);
  assert.equal((await read(`/locations?date_from=${at(6)}`)).headers.get('x-total-count'), '1');
  assert.equal((await read(`/locations?date_to=${at(6)}`)).headers.get('x-total-count'), '0');
  await write('station', 'S1', { locationId: 'berlin', enabled: true, evses: [evse(1)] }, day + 7 * minuteMs);
  await rig.caughtUp();
  const [berlin] = objectsOf<ToldLocation>(await read('/locations'), schemas.locations);
  assert.deepEqual(
    berlin?.evses.map((each) => each.status),
    ['AVAILABLE', 'REMOVED'],
  );
});

function metaOf(minutes: number, more: { connectionEpoch?: number; seq?: number } = {}) {
  return {
    eventId: `event-${minutes}-${more.seq ?? 'none'}`,
    tenantId: 'default',
    stationId: 'S1',
    occurredAt: null,
    recordedAt: day + minutes * minuteMs,
    source: 'station' as const,
    connectionEpoch: more.connectionEpoch ?? null,
    seq: more.seq ?? null,
    ocppVersion: '1.6',
    messageId: 'm',
    traceparent: null,
  };
}

test('a session is told with its token, its place and its energy in kWh', async () => {
  const said = session('first', { tokenRef: refOf('CARD-1'), startedAt: day + minuteMs });
  await say(said, 'SessionStarted');
  await rig.caughtUp();
  const [told] = objectsOf<Record<string, unknown>>(await read(`/sessions?${everSince}`), schemas.sessions);
  const [berlin] = objectsOf<ToldLocation>(await read('/locations'), schemas.locations);
  assert.deepEqual(told, {
    country_code: 'DE',
    party_id: 'CSM',
    id: sessionIdOf('first'),
    start_date_time: '2026-06-01T00:01:00.000Z',
    kwh: 1.2346,
    cdr_token: { country_code: 'NL', party_id: 'EMP', uid: 'CARD-1', type: 'RFID', contract_id: 'NL-EMP-C1' },
    auth_method: 'WHITELIST',
    location_id: 'berlin',
    evse_uid: berlin?.evses[0]?.uid,
    connector_id: '1',
    currency: 'EUR',
    status: 'ACTIVE',
    last_updated: '2026-06-01T00:00:00.000Z',
  });
  await say({ ...said, sourceOffset: 2, recordedAt: day + minuteMs, chargingState: 'Charging' }, 'SessionUpdated');
  await rig.caughtUp();
  const [same] = objectsOf<Told>(await read(`/sessions?${everSince}`), schemas.sessions);
  assert.equal(same?.last_updated, '2026-06-01T00:00:00.000Z', 'nothing that a partner sees');
  const ended = { phase: 'ended', endedAt: day + 2 * minuteMs, energyMilliWh: 2_000_000 } as const;
  await say({ ...said, ...ended, sourceOffset: 3, recordedAt: day + 2 * minuteMs }, 'SessionEnded');
  await say({ ...said, sourceOffset: 2, recordedAt: day + 9 * minuteMs, energyMilliWh: 7 }, 'SessionUpdated');
  await rig.caughtUp();
  const [done] = objectsOf<Told & { kwh: number; status: string }>(
    await read(`/sessions?${everSince}`),
    schemas.sessions,
  );
  assert.deepEqual([done?.kwh, done?.status, done?.last_updated], [2, 'COMPLETED', '2026-06-01T00:02:00.000Z']);
});

test('a CDR is told once, with exact sums of its lines and the place as it was when it began', async () => {
  await write('location', 'berlin', location('berlin', 'DE-CSM', { city: 'Köpenick' }), day + 20 * minuteMs);
  const issued = cdr('first', { tokenRef: refOf('CARD-1'), startedAt: day + 6 * minuteMs });
  const key = `default/${issued.sessionId}`;
  await rig.append('cdrs', key, 'CdrIssued', issued);
  await rig.append('cdrs', key, 'CdrIssued', { ...issued, totalExclVat: '99', issuedAt: issued.issuedAt + 1 });
  await rig.caughtUp();
  type ToldCdr = Told & {
    readonly cdr_location: Record<string, unknown>;
    readonly charging_periods: { dimensions: unknown }[];
  };
  const answer = await read('/cdrs');
  const [told, ...others] = objectsOf<ToldCdr>(answer, schemas.cdrs);
  assert.deepEqual(others, []);
  assert.equal(told?.cdr_location['city'], 'Berlin');
  assert.equal(told.cdr_location['country'], 'DEU');
  assert.match(answer.text, /"total_cost":\{"excl_vat":4.37,"incl_vat":5.01\}/);
  assert.match(answer.text, /"total_energy_cost":\{"excl_vat":3.3741,"incl_vat":4.0152\}/);
  assert.match(answer.text, /"total_fixed_cost":\{"excl_vat":1,"incl_vat":1\}/);
  assert.match(answer.text, /"total_energy":10.1235,.*"total_time":1,"total_parking_time":0.1667/);
  assert.doesNotMatch(answer.text, /total_time_cost|total_parking_cost/);
  assert.match(answer.text, /\{"type":"ENERGY","volume":10.1235\}/);
});

test('an erased token leaves its CDRs with the partner, without its names', async () => {
  rig.names.delete(refOf('CARD-1'));
  await write('token', refOf('CARD-1'), null);
  await rig.caughtUp();
  const [told] = objectsOf<{ cdr_token: { uid: string; contract_id: string } }>(await read('/cdrs'), schemas.cdrs);
  assert.deepEqual([told?.cdr_token.uid, told?.cdr_token.contract_id], ['#NA', '#NA']);
});

test('tariffs of the parties that face the partner are told with decimals as numbers', async () => {
  const answer = await read('/tariffs');
  const [told, ...others] = objectsOf<Told>(answer, schemas.tariffs);
  assert.deepEqual([told?.id, others.length], ['standard', 0]);
  assert.match(answer.text, /"price":0.3333,"vat":19,"step_size":1/);
  assert.match(answer.text, /"min_price":\{"excl_vat":0.5\}/);
});
