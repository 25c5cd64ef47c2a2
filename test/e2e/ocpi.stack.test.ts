// A foreign OCPP client charges once with a partner's card: session, CDR, what the partner reads and ClickHouse agree.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { RPCClient } from 'ocpp-rpc';
import { registerDemoPartner, demoPartnerHeader } from '#infra/local/demo-partner';
import { registerIdentities, registerPlaces, registerTariffs } from '#infra/local/seed';
import { startTrial, type Trial } from '#load-tests/bench/trial';
import { clickhouse, eventually, operatorOf, type Operator, type Page, type Session } from './operator-client.ts';

let trial: Trial;
let operator: Operator;

before(async () => {
  trial = await startTrial();
  operator = operatorOf(trial);
});
after(() => trial.close());

const station = {
  stationId: 'OCPI-16',
  version: '1.6',
  password: 'password-of-OCPI-16-0123456789abcdef',
  evses: 1,
  tokens: [{ uid: '04OCPI16CANARY', type: 'ISO14443' }],
} as const;
const contractId = 'NL-EMP-CCANARY42';
const plug = { connectorId: 1, standard: 'IEC_62196_T2', format: 'SOCKET', powerType: 'AC_3_PHASE' } as const;

type OcpiSession = { readonly id: string; readonly kwh: number; readonly status: string; readonly location_id: string };
type OcpiCdr = {
  readonly session_id: string;
  readonly total_energy: number;
  readonly total_cost: { readonly excl_vat: number; readonly incl_vat: number };
  readonly cdr_token: { readonly uid: string; readonly contract_id: string };
  readonly cdr_location: { readonly city: string };
};
type OurCdr = {
  readonly sessionId: string;
  readonly energyMilliWh: number;
  readonly totalExclVat: string;
  readonly totalInclVat: string;
};

async function registerAll(): Promise<string> {
  const place = { operatorUrl: trial.urls.operator, key: trial.secrets.demoOperatorKey };
  const secretsFile = trial.environment['SECRETS_FILE'] ?? '';
  await registerPlaces(place.operatorUrl, place.key);
  await registerTariffs(place.operatorUrl, place.key);
  const evse = { evseId: 1, publicId: 'DE*CSM*E9001', label: null };
  const connector = { ...plug, maxVoltage: 230, maxAmperage: 32, maxPowerWatts: 22_000, reportedConnectorId: null };
  await registerIdentities({
    ...place,
    identities: [station],
    describe: () => ({ locationId: 'berlin-alex', evses: [{ ...evse, connectors: [connector] }] }),
    issuerOf: () => ({ issuer: 'NL-EMP', contractId }),
  });
  await registerDemoPartner({ ...place, partnersUrl: trial.urls.ocpiPartners, secretsFile });
  return demoPartnerHeader(secretsFile) ?? '';
}

async function read<T>(authorization: string, path: string): Promise<T[]> {
  const headers = { authorization, 'x-request-id': 'r', 'x-correlation-id': 'c' };
  const response = await fetch(`${trial.urls.ocpiPartners}/ocpi/cpo/2.2.1${path}`, { headers });
  const body = (await response.json()) as { status_code: number; data: T[] };
  assert.equal(body.status_code, 1000, JSON.stringify(body));
  return body.data;
}

/** Charges 2,345 Wh in a minute. */
async function charge(): Promise<void> {
  const rpc = new RPCClient({
    endpoint: trial.urls.ocpp,
    identity: station.stationId,
    password: station.password,
    protocols: ['ocpp1.6'],
    strictMode: true,
    reconnect: false,
  });
  await eventually('connects', async () => ({ done: await rpc.connect() }));
  await rpc.call('BootNotification', { chargePointVendor: 'Foreign', chargePointModel: 'RPC' });
  await rpc.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' });
  const [{ uid: idTag }] = station.tokens;
  const startedAt = Date.now() - 60_000;
  const at = (seconds: number): string => new Date(startedAt + seconds * 1_000).toISOString();
  const begin = { connectorId: 1, idTag, meterStart: 10_000, timestamp: at(0) };
  const { transactionId } = await rpc.call('StartTransaction', begin);
  for (const [seconds, wh] of [
    [20, 10_900],
    [40, 11_850],
  ] as const) {
    const meterValue = [{ timestamp: at(seconds), sampledValue: [{ value: String(wh) }] }];
    await rpc.call('MeterValues', { connectorId: 1, transactionId, meterValue });
  }
  await rpc.call('StopTransaction', { transactionId, idTag, meterStop: 12_345, timestamp: at(60) });
  await rpc.close();
}

test('a partner’s driver charges once, and everybody says the same to the Wh and the cent', async () => {
  const partner = await registerAll();
  await charge();
  const session = await eventually('the session ends', async () => {
    const { items } = await operator.get<Page<Session>>(`/v1/sessions?stationId=${station.stationId}`);
    return items.find(({ state }) => state === 'ended');
  });
  const ours = await eventually('the CDR is issued', async () => {
    const { items } = await operator.get<Page<OurCdr>>('/v1/cdrs');
    return items.find(({ sessionId }) => sessionId === session.sessionId);
  });
  const [told, ...otherCdrs] = await eventually('the partner reads the CDR', async () => {
    const cdrs = await read<OcpiCdr>(partner, '/cdrs');
    return cdrs.length === 0 ? undefined : cdrs;
  });
  const [seen, ...otherSessions] = await eventually('the partner reads the ended session', async () => {
    const all = await read<OcpiSession>(partner, '/sessions?date_from=2020-01-01T00:00:00Z');
    return all.some(({ status }) => status === 'ACTIVE') || all.length === 0 ? undefined : all;
  });
  const [row] = await eventually('ClickHouse has the session', async () => {
    const rows = await clickhouse<{ wh: number }>(
      trial,
      `SELECT toFloat64(energy_wh) AS wh FROM chargestream.sessions WHERE station_id = '${station.stationId}' AND phase = 'ended'`,
    );
    return rows.length === 0 ? undefined : rows;
  });
  assert.ok(told !== undefined && seen !== undefined && row !== undefined);
  assert.deepEqual([otherCdrs, otherSessions], [[], []]);
  assert.deepEqual([session.energyMilliWh, ours.energyMilliWh], [2_345_000, 2_345_000]);
  assert.deepEqual([seen.kwh, told.total_energy, row.wh], [2.345, 2.345, 2345]);
  assert.deepEqual([seen.id, told.session_id], [session.sessionId, session.sessionId]);
  assert.deepEqual([seen.status, seen.location_id, told.cdr_location.city], ['COMPLETED', 'berlin-alex', 'Berlin']);
  // 0.35 + 2.345 kWh · 0.49 = 1.49905; 19 % of it are 0.2848.
  assert.deepEqual([ours.totalExclVat, ours.totalInclVat], ['1.50', '1.78']);
  assert.deepEqual(told.total_cost, { excl_vat: 1.5, incl_vat: 1.78 });
  assert.deepEqual(told.cdr_token, {
    country_code: 'NL',
    party_id: 'EMP',
    uid: station.tokens[0].uid,
    type: 'RFID',
    contract_id: contractId,
  });
  assertSecretsAreNotLogged(partner);
});

function assertSecretsAreNotLogged(partner: string): void {
  const token = Buffer.from(partner.replace('Token ', ''), 'base64').toString('utf8');
  for (const file of readdirSync(trial.logDir)) {
    const log = readFileSync(join(trial.logDir, file), 'utf8');
    for (const secret of [token, partner, contractId, station.tokens[0].uid]) assert.ok(!log.includes(secret), file);
  }
}
