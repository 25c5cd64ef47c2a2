// A firmware campaign on the whole platform: given stations of three versions, then each downloads, installs and boots once, none while it charges.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { serviceNames } from '#infra/local/programs';
import { createLogger } from '#kit/logger';
import { startTrial, type Trial } from '#load-tests/bench/trial';
import { startFleet, type Fleet } from '#load-tests/fleet/fleet';
import { fleetIdentities } from '#load-tests/fleet/identities';
import { readOptions } from '#load-tests/fleet/options';
import { clickhouse, eventually, operatorOf, type Operator, type Page } from './operator-client.ts';
import { ScriptedStation } from './scripted-station.ts';

const fleetOf = { prefix: 'FW', seed: 'firmware', count: 6 };
const charging = 'FW-CHARGING';
const password = 'password-of-the-one-that-charges-0123';
/** More than a body of JSON may have. */
const firmware = randomBytes(3 * 1024 * 1024);

let trial: Trial;
let operator: Operator;
let fleet: Fleet;
let busy: ScriptedStation;

type Campaign = {
  readonly jobId: string;
  readonly state: string;
  readonly why: string | null;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly waves: readonly { readonly stations: number; readonly waiting: number }[];
};

before(async () => {
  const processes = [serviceNames.filter((name) => name !== 'stations'), ['stations']];
  trial = await startTrial({ processes, ownParts: true });
  operator = operatorOf(trial);
  const identities = fleetIdentities(fleetOf);
  const one = { stationId: charging, version: '1.6', password, evses: 1, tokens: [] } as const;
  await operator.register([...identities, one]);
  const flags = { url: trial.urls.ocpp, stations: '6', 'idle-seconds': '100000', 'time-scale': '10' };
  const named = { ...flags, seed: fleetOf.seed, prefix: fleetOf.prefix };
  const options = readOptions(Object.entries(named).flatMap(([name, value]) => [`--${name}`, value]));
  fleet = startFleet(options, createLogger('fleet', 'silent'));
  busy = await ScriptedStation.connect({
    port: Number(new URL(trial.urls.ocpp).port),
    stationId: charging,
    password,
    version: '1.6',
    answer: () => ({}),
  });
  await busy.boot();
  for (const { stationId } of identities) await eventually(`${stationId} has booted`, () => versionOf(stationId));
});
after(async () => {
  busy?.close();
  await fleet?.close();
  await trial?.close();
});

async function versionOf(stationId: string): Promise<string | undefined> {
  const state = await operator.get<{ boot: { firmwareVersion: string | null } | null }>(
    `/v1/stations/${stationId}/state`,
  );
  return state.boot?.firmwareVersion ?? undefined;
}

test('firmware goes to every station once, over links of their own and over kills; who charges gets it after its session', async () => {
  const put = await fetch(`${trial.urls.operator}/v1/files/fleet-9.9.0?name=fleet-9.9.0.bin`, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${trial.secrets.demoOperatorKey}`,
      'content-type': 'application/octet-stream',
    },
    body: firmware,
  });
  assert.equal(put.status, 201, await put.text());
  const start = { connectorId: 1, idTag: 'T', meterStart: 0, timestamp: new Date().toISOString() };
  const started = await busy.ask('StartTransaction', start);
  await eventually('its session is known', async () =>
    (await operator.get<Page<unknown>>(`/v1/sessions?stationId=${charging}&state=charging`)).items.at(0),
  );
  const stations = trial.processes.get('stations');
  assert.ok(stations !== undefined);
  // Nothing is looked at yet, so that the campaign is there before its first station is asked.
  await stations.kill();
  await stations.start({ FAILPOINTS: 'stations.before-bulk-request=hang' });
  const { jobId } = await operator.post<Campaign>('/v1/firmware-campaigns', {
    fileId: 'fleet-9.9.0',
    targetVersion: '9.9.0',
    // Not all of the tenant: the log that this file shares names others' stations, too.
    selection: { stationIds: [charging, ...fleetIdentities(fleetOf).map(({ stationId }) => stationId)] },
    pacePerMinute: 6_000,
    // Whoever charges holds up nobody else in a single wave.
    canaries: 0,
    stopAtFailedPercent: 1,
    // The process that is killed serves the file as well: whoever finds it away tries again.
    retries: 100,
    retryIntervalSeconds: 20,
  });
  await stations.kill();
  for (const failpoints of ['stations.before-bulk-request=crash@2', 'stations.after-bulk-request=crash']) {
    await stations.crash({ FAILPOINTS: failpoints });
  }
  await stations.start();
  const campaign = (): Promise<Campaign> => operator.get<Campaign>(`/v1/firmware-campaigns/${jobId}`);
  const before = await eventually(
    'all others have it',
    async () => {
      const current = await campaign();
      assert.equal(current.state, 'running', current.why ?? '');
      return current.outcomes['installed'] === fleetOf.count ? current : undefined;
    },
    90_000,
  );
  assert.equal(before.waves[0]?.waiting, 1);
  assert.deepEqual(
    busy.calls.filter(({ action }) => action === 'UpdateFirmware'),
    [],
  );
  await busy.ask('StopTransaction', {
    transactionId: Number(started?.payload['transactionId']),
    meterStop: 10,
    timestamp: new Date().toISOString(),
  });
  const update = await eventually(
    'it is asked',
    async () => busy.calls.find(({ action }) => action === 'UpdateFirmware'),
    60_000,
  );
  const location = String(update.payload['location']);
  const downloaded = await fetch(location);
  assert.ok(Buffer.from(await downloaded.arrayBuffer()).equals(firmware));
  await busy.ask('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M', firmwareVersion: '9.9.0' });
  const done = await eventually(
    'the campaign is over',
    async () => {
      const current = await campaign();
      return current.state === 'running' ? undefined : current;
    },
    90_000,
  );
  assert.deepEqual([done.state, done.outcomes], ['done', { installed: 7 }], done.why ?? '');
  for (const { stationId } of fleetIdentities(fleetOf)) assert.equal(await versionOf(stationId), '9.9.0');
  const { items } = await operator.get<Page<{ stationId: string }>>('/v1/commands?intent=UpdateFirmware&limit=100');
  const asked = items.map(({ stationId }) => stationId).filter((stationId) => stationId.startsWith('FW-'));
  assert.equal(asked.length, 7);
  assert.equal(new Set(asked).size, 7, 'each station was asked once, however often its process was killed');
  assert.equal(busy.calls.filter(({ action }) => action === 'UpdateFirmware').length, 1);
});

test('a log of each version comes to us over a link of its own, and operators read it', async () => {
  for (const { stationId, version } of fleetIdentities(fleetOf)) {
    await operator.post(`/v1/stations/${stationId}/commands`, {
      intent: 'UploadLog',
      parameters: { log: version === '1.6' ? 'diagnostics' : 'security' },
    });
    const file = await eventually(`the log of ${stationId}`, async () =>
      (await operator.get<Page<{ fileId: string; bytes: number }>>(`/v1/stations/${stationId}/files`)).items.at(0),
    );
    const read = await operator.raw(`/v1/stations/${stationId}/files/${file.fileId}/content`);
    assert.equal((await read.arrayBuffer()).byteLength, file.bytes);
  }
});

test('the secret of a link stands in the commands topic alone: not in frames, tables, answers or logs', async () => {
  const [frames] = await eventually(
    'the frames are in ClickHouse',
    async () => {
      const rows = await clickhouse(
        trial,
        `SELECT countIf(position(request, '[redacted]') > 0) AS hidden, countIf(position(request, 'once-') > 0) AS shown
         FROM chargestream.frames
         WHERE action IN ('UpdateFirmware', 'GetLog', 'GetDiagnostics') AND startsWith(station_id, 'FW-')`,
      );
      const [row] = rows as { hidden: string | number }[];
      return Number(row?.hidden ?? 0) >= 13 ? rows : undefined;
    },
    60_000,
  );
  assert.equal(Number((frames as { shown: string | number }).shown), 0);
  const { items } = await operator.get<Page<unknown>>('/v1/commands?limit=100');
  const shown = JSON.stringify(items);
  assert.ok(shown.includes('/download/') && shown.includes('[redacted]') && !shown.includes('once-'));
  for (const name of readdirSync(trial.logDir))
    assert.ok(!readFileSync(join(trial.logDir, name), 'utf8').includes('once-'), name);
});
