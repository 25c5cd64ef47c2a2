// Secrets: given one planted by every way that it can come in, when all is over, then no artefact holds any but where it must.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTrial, type Trial } from '#load-tests/bench/trial';
import { answersOf, readingsOf, recordsOf, rowsOf, tracesOf, type Artefact } from './artefacts.ts';
import { lightOn, type Canary } from './canary.ts';
import { clickhouse, eventually, operatorOf, type Operator } from './operator-client.ts';
import { openOutside, type Outside } from './outside-server.ts';
import {
  cards,
  guessedPasswords,
  installationSecrets,
  partiesSecrets,
  refusedWrites,
  type Planting,
} from './planted-secrets.ts';
import { ReturningStation } from './scripted-station.ts';

/** What must be found, so that a search that finds nothing is no blind one. */
const stationId = 'SECRETIVE';
const station2Id = 'SECRETIVE-2';
const readOut = 'CANARY-key-read-out-0815';
const reported = 'CANARY-password-reported-0815';
const uploadUser = 'CANARY-upload-password-0815';
const vendors = 'CANARY-key-of-a-vendor-0815';
const customer = 'CANARY-customer-0815-4711';
const customersData = 'CANARY-data-of-a-customer-0815';
const chosen = 'CANARY-chosen-password-0815';

let trial: Trial;
let operator: Operator;
let outside: Outside;
let station16: ReturningStation;
let station2: ReturningStation;
const canaries: Canary[] = [];

before(
  async () => {
    outside = await openOutside();
    const { host } = outside;
    trial = await startTrial({
      env: { LOG_LEVEL: 'trace', ALERTS_INSECURE_HOSTS: host, OCPI_INSECURE_HOSTS: host },
    });
    operator = operatorOf(trial);
    const planting: Planting = { trial, operator, outside, stationId };
    canaries.push(...(await installationSecrets(planting)));
    await openStations();
    canaries.push(
      ...(await partiesSecrets(planting)),
      ...(await guessedPasswords(planting)),
      ...(await refusedWrites(planting, station2Id)),
      ...(await cards(planting, station16, station2)),
    );
    await readOutSecrets();
    await vendorsSecrets();
    await customersSecrets();
    await fileLink();
    await rotatedPassword();
    const done = `SELECT 1 FROM chargestream.frames WHERE station_id = '${stationId}' AND action = 'ChangeConfiguration'`;
    await eventually(
      'all that was said is in ClickHouse',
      async () => ((await clickhouse(trial, done)).length > 0 ? true : undefined),
      120_000,
    );
    station16.close();
    station2.close();
  },
  { timeout: 300_000 },
);
after(async () => {
  await trial?.close();
  await outside?.close();
});

/** One with a password that was made for it, one with a password that somebody chose. */
async function openStations(): Promise<void> {
  const port = Number(new URL(trial.urls.ocpp).port);
  const { password } = await operator.post<{ password: string }>('/v1/stations', { stationId });
  await operator.post('/v1/stations', { stationId: station2Id });
  await operator.post(`/v1/stations/${station2Id}/credentials`, { password: chosen });
  canaries.push({ what: 'a made password', value: password }, { what: 'a chosen password', value: chosen });
  const answer16 = ({ action }: { action: string }): object => {
    if (action === 'GetConfiguration')
      return { configurationKey: [{ key: 'AuthorizationKey', readonly: false, value: readOut }] };
    return action === 'GetDiagnostics' ? { fileName: `ftp://me:${uploadUser}@host/log` } : { status: 'Accepted' };
  };
  station16 = await ReturningStation.boot({ port, stationId, password, version: '1.6', answer: answer16 });
  station2 = await ReturningStation.boot({ port, stationId: station2Id, password: chosen, version: '2.0.1' });
}

const command = (of: string, intent: string, parameters: object) =>
  operator.post(`/v1/stations/${of}/commands?waitSeconds=20`, { intent, parameters });

async function told(station: ReturningStation, action: string, payload: object): Promise<void> {
  assert.equal((await station.ask(action, payload)).type, 3, `${action} is answered`);
}

/** What stations tell of their own configuration. */
async function readOutSecrets(): Promise<void> {
  await command(stationId, 'ReadConfiguration', {});
  await command(stationId, 'UploadLog', { log: 'diagnostics', location: 'ftp://files.example/logs' });
  for (const asked of ['GetConfiguration', 'GetDiagnostics'])
    assert.ok(station16.calls.some(({ action }) => action === asked));
  await told(station2, 'NotifyReport', {
    requestId: 1,
    generatedAt: new Date().toISOString(),
    seqNo: 0,
    reportData: [
      {
        component: { name: 'SecurityCtrlr' },
        variable: { name: 'BasicAuthPassword' },
        variableAttribute: [{ type: 'Actual', value: reported }],
      },
    ],
  });
  canaries.push(
    { what: 'a key that was read out', value: readOut },
    { what: 'a password in a URL that a station told', value: uploadUser },
    { what: 'a password that a station reported', value: reported },
  );
}

/** Vendors' own messages: JSON, words, a URL. */
async function vendorsSecrets(): Promise<void> {
  for (const data of [
    JSON.stringify({ configuration: [{ key: 'AuthorizationKey', value: vendors }] }),
    `AuthorizationKey = "${vendors}"`,
    `see https://me:${vendors}@vendor.example/x`,
  ]) {
    await told(station16, 'DataTransfer', { vendorId: 'V', messageId: 'Config', data });
    await told(station2, 'DataTransfer', { vendorId: 'V', messageId: 'Config', data });
  }
  await told(station2, 'DataTransfer', { vendorId: 'V', data: { basicAuthPassword: vendors } });
  canaries.push({ what: 'a key in a vendor’s message', value: vendors });
}

async function customersSecrets(): Promise<void> {
  await command(station2Id, 'CustomerInformation', { report: true, clear: false, customerIdentifier: customer });
  assert.ok(station2.calls.some(({ payload }) => payload['customerIdentifier'] === customer));
  await told(station2, 'NotifyCustomerInformation', {
    requestId: 1,
    seqNo: 0,
    generatedAt: new Date().toISOString(),
    data: customersData,
  });
  canaries.push(
    { what: 'a customer', value: customer, at: ['kafka charging.commands.v1 CommandRequested'] },
    { what: 'what a station knows of a customer', value: customersData },
  );
}

/** A link of ours is as good as a password, for once. */
async function fileLink(): Promise<void> {
  await command(stationId, 'UploadLog', { log: 'diagnostics' });
  const location = String(station16.calls.findLast(({ action }) => action === 'GetDiagnostics')?.payload['location']);
  const [token = ''] = /once-[A-Za-z0-9_-]{43}/.exec(location) ?? [];
  assert.notEqual(token, '');
  assert.equal((await fetch(location, { method: 'PUT', body: 'log' })).status, 201);
  canaries.push({ what: 'a link', value: token, at: ['kafka charging.commands.v1 CommandRequested'] });
}

async function rotatedPassword(): Promise<void> {
  await operator.post(`/v1/stations/${stationId}/credentials/rotations`, {});
  const rotated = await eventually('the station has its new password', async () =>
    station16.calls.find(({ action }) => action === 'ChangeConfiguration'),
  );
  const fresh = String(rotated.payload['value']);
  assert.match(fresh, /^[0-9a-f]{40}$/);
  await eventually('the old password is dead', async () => {
    const path = `/v1/stations/${stationId}/credentials/rotations`;
    const { items } = await operator.get<{ items: { state: string }[] }>(path);
    return items[0]?.state === 'accepted' ? true : undefined;
  });
  canaries.push({ what: 'a rotated password', value: fresh });
}

/** No canary is seen, and the search is not blind: what is no secret is found where it must be. */
async function isDark(
  artefacts: AsyncIterable<Artefact>,
  mustShow: readonly RegExp[],
  known = stationId,
): Promise<void> {
  const { leaks, seen } = await lightOn(artefacts, canaries, known);
  assert.deepEqual(leaks, []);
  for (const place of mustShow)
    assert.ok(
      [...seen].some((where) => place.test(where)),
      `${place.source} is not searched`,
    );
}

test('no topic holds them', async () => {
  await isDark(recordsOf(trial), [
    /events\.v1 StationConnected/,
    /events\.v1 StationMessageRecorded/,
    /events\.v1 VariablesReported/,
    /events\.v1 TransactionStarted/,
    /commands\.v1 CommandRequested/,
    /commands\.v1 CommandCompleted/,
    /frames\.v1 ExchangeRecorded/,
    /sessions\.v1 SessionStarted/,
    /registry\.changes\.v1 RegistryChanged/,
    /registry\.stations\.v1 StationRegistered/,
    /presence\.v1 StationPresence/,
  ]);
});

test('no table of any service holds them', async () => {
  await isDark(rowsOf(trial), [
    /registry_own\.stations/,
    /registry_own\.credentials/,
    /stations_own\.files/,
    /stations\w*\.variables/,
    /commands\w*\.commands/,
    /sessions\w*\.sessions/,
  ]);
});

test('what must be read again lies sealed, and is there', async () => {
  const sealed = new Map<string, number>();
  for await (const { where } of rowsOf(trial)) sealed.set(where, (sealed.get(where) ?? 0) + 1);
  assert.ok((sealed.get('postgres alerts_own.webhook_secrets') ?? 0) > 0, [...sealed.keys()].join());
});

test('ClickHouse does not hold them', async () => {
  await isDark(readingsOf(trial), [/frames/]);
});

test('no log and no metric holds them', async () => {
  const { leaks, seen } = await lightOn(tracesOf(trial), canaries, '"service"');
  assert.deepEqual(leaks, []);
  assert.ok(
    [...seen].some((where) => where.startsWith('log ')),
    'logs are searched',
  );
  await isDark(tracesOf(trial), [/metrics gatewayAdmin/, /metrics operator/], 'chargestream_');
});

test('no list and no read of the API holds them', async () => {
  await isDark(answersOf(operator, stationId), [
    /\/v1\/commands 200/,
    /\/v1\/frames 200/,
    /\/v1\/stations 200/,
    /\/v1\/stations\/\{stationId\}\/state 200/,
  ]);
  await isDark(answersOf(operator, station2Id), [/\/v1\/stations\/\{stationId\}\/variables 200/], 'BasicAuthPassword');
});
