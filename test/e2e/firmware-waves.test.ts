// Waves of a firmware campaign on the whole platform: given canaries that come back with some version, then the next wave begins or does not.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openCommandPlatform, type CommandPlatform } from './command-platform.ts';
import { eventually } from './operator-client.ts';
import type { ScriptedStation } from './scripted-station.ts';

type Campaign = {
  readonly jobId: string;
  readonly state: string;
  readonly why: string | null;
  readonly wave: number;
  readonly outcomes: Readonly<Record<string, number>>;
};

let platform: CommandPlatform;
const ids = ['FWW-0', 'FWW-1', 'FWW-2', 'FWW-3', 'FWW-4'];
const stations = new Map<string, ScriptedStation>();

before(async () => {
  platform = await openCommandPlatform({
    identities: ids.map((stationId) => ({
      stationId,
      version: '1.6',
      password: `password-of-${stationId}-0123456789abcdef`,
      evses: 1,
      tokens: [],
    })),
    env: { STATIONS_TICK_MS: '200' },
    envOfFirst: {},
    ownParts: true,
  });
  for (const stationId of ids) {
    stations.set(stationId, await platform.connect(stationId, 0, () => ({})));
    await boot(stationId, '1.0');
  }
  const { raw } = platform.operator;
  const put = await raw('/v1/files/fw-2', {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream' },
    body: 'firmware of version two',
  });
  assert.equal(put.status, 201, await put.text());
});
after(async () => {
  for (const station of stations.values()) station.close();
  await platform.close();
});

const stationOf = (stationId: string): ScriptedStation => {
  const station = stations.get(stationId);
  assert.ok(station !== undefined);
  return station;
};

async function boot(stationId: string, firmwareVersion: string): Promise<void> {
  const told = { chargePointVendor: 'V', chargePointModel: 'M', firmwareVersion };
  await stationOf(stationId).ask('BootNotification', told);
  await eventually(`${stationId} is known with ${firmwareVersion}`, async () => {
    const state = await platform.operator.get<{ boot: { firmwareVersion: string | null } | null }>(
      `/v1/stations/${stationId}/state`,
    );
    return state.boot?.firmwareVersion === firmwareVersion ? true : undefined;
  });
}

const updatesOf = (stationId: string): number =>
  stationOf(stationId).calls.filter(({ action }) => action === 'UpdateFirmware').length;
const askedOnes = (): string[] => ids.filter((stationId) => updatesOf(stationId) > 0);
const fails = (stationId: string) =>
  stationOf(stationId).ask('FirmwareStatusNotification', { status: 'InstallationFailed' });

test('a wave waits for the canary to boot with the version; one failure below the percentage goes on, the next one ends it', async () => {
  const charging = 'FWW-4';
  const startedAt = new Date().toISOString();
  const started = await stationOf(charging).ask('StartTransaction', {
    connectorId: 1,
    idTag: 'T',
    meterStart: 0,
    timestamp: startedAt,
  });
  await eventually('its session is known', async () =>
    (await platform.operator.get<{ items: unknown[] }>(`/v1/sessions?stationId=${charging}&state=charging`)).items.at(
      0,
    ),
  );
  const { jobId } = await platform.operator.post<Campaign>('/v1/firmware-campaigns', {
    fileId: 'fw-2',
    targetVersion: '2.0',
    selection: { stationIds: ids.filter((stationId) => stationId !== charging) },
    pacePerMinute: 6_000,
    canaries: 1,
    stopAtFailedPercent: 66,
  });
  const later = await platform.operator.post<Campaign>('/v1/firmware-campaigns', {
    fileId: 'fw-2',
    targetVersion: '2.0',
    selection: { stationIds: [charging] },
    canaries: 1,
  });
  const campaign = (id = jobId): Promise<Campaign> => platform.operator.get<Campaign>(`/v1/firmware-campaigns/${id}`);
  const until = (what: string, isSo: (one: Campaign) => boolean, id = jobId): Promise<Campaign> =>
    eventually(
      what,
      async () => {
        const one = await campaign(id);
        return isSo(one) ? one : undefined;
      },
      90_000,
    );
  await until('the canary is asked', ({ outcomes }) => outcomes['accepted'] === 1);
  const [canary = ''] = askedOnes();
  assert.deepEqual(askedOnes(), [canary]);
  await boot(canary, '1.9');
  const waiting = await campaign();
  assert.deepEqual(
    [waiting.state, waiting.wave, askedOnes()],
    ['running', 1, [canary]],
    'another version is no success',
  );
  // Whoever takes the campaign on is killed in the middle of its second wave.
  const process = platform.trial.processes.get('stations');
  assert.ok(process !== undefined);
  await process.kill();
  await stationOf(canary).ask('BootNotification', {
    chargePointVendor: 'V',
    chargePointModel: 'M',
    firmwareVersion: '2.0',
  });
  await process.crash({ FAILPOINTS: 'stations.after-bulk-request=crash' });
  await process.start();
  await until('the second wave is asked', ({ wave, outcomes }) => wave === 2 && outcomes['accepted'] === 3);
  const others = ids.filter((stationId) => stationId !== canary && stationId !== charging);
  assert.deepEqual(
    others.map(updatesOf),
    others.map(() => 1),
    'each was asked once, over the crash',
  );
  await fails(others[0] ?? '');
  const one = await until('the first failure', ({ outcomes }) => outcomes['installFailed'] === 1);
  assert.equal(one.state, 'running', '33 of 100 is below 66');
  await fails(others[1] ?? '');
  const stopped = await until('its end', ({ state }) => state !== 'running');
  assert.deepEqual([stopped.state, stopped.why], ['stopped', 'wave 2: 2 of 3 stations failed; it stops at 66 %']);
  assert.equal(updatesOf(charging), 0);
  await stationOf(charging).ask('StopTransaction', {
    transactionId: Number(started?.payload['transactionId']),
    meterStop: 10,
    timestamp: new Date().toISOString(),
  });
  await until('the one that charged is asked', ({ outcomes }) => outcomes['accepted'] === 1, later.jobId);
  await boot(charging, '2.0');
  const done = await until('the other campaign is over', ({ state }) => state !== 'running', later.jobId);
  assert.deepEqual([done.state, done.outcomes, updatesOf(charging)], ['done', { installed: 1 }, 1]);
});
