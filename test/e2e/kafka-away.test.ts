// Kafka that stands still under the load of a fleet, then a deployment: what is not in the log is not answered, and nothing is lost.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { pino } from 'pino';
import { startTrial, type Trial, type TrialGateway } from '#load-tests/bench/trial';
import { rssBytesOf } from '#load-tests/bench/process-usage';
import { startFleet, type Fleet } from '#load-tests/fleet/fleet';
import { fleetIdentities } from '#load-tests/fleet/identities';
import { readOptions } from '#load-tests/fleet/options';
import { auditRun } from './audited-fleet.ts';
import { eventually, operatorOf } from './operator-client.ts';
import { rawStation, type RawStation } from './raw-socket.ts';

const stations = 60;
const seed = process.env['SEED'] ?? 'kafka-away';
const prefix = 'away';
/** The limits of production, a few times shorter; waves of a size that this fleet can show. */
const limits = { LOG_AWAY_AFTER_MS: '3000', CLOSES_PER_SECOND_MAX: '20', LOG_QUEUE_BYTES_MAX: '4000000' };
const rssGrowthBytesMax = 150 * 1024 * 1024;
// Waits are five times shorter, also those after a 503.
const lively = {
  'time-scale': '5',
  'connect-rate': '100',
  'meter-interval-seconds': '5',
  'session-seconds': '25',
  'idle-seconds': '5',
};

let trial: Trial;
let gateway: TrialGateway;
const dir = mkdtempSync(join(tmpdir(), 'chargestream-away-'));
const modelFile = join(dir, 'model.jsonl');

before(async () => {
  trial = await startTrial({ env: limits, ownParts: true });
  const [first] = trial.gateways;
  assert.ok(first !== undefined);
  gateway = first;
});
after(async () => {
  await trial.close();
  rmSync(dir, { recursive: true, force: true });
});

test(
  'Kafka stands still, then a gateway is replaced: stations keep their facts, and every session is there once',
  {
    timeout: 240_000,
  },
  async (context) => {
    context.diagnostic(`seed ${seed}`);
    const identities = fleetIdentities({ prefix, seed, count: stations + 1 });
    await operatorOf(trial).register(identities);
    const fleet = startFleet(optionsOf(), pino({ level: 'error' }));
    await allConnected(fleet);
    const [watched] = identities.slice(-1);
    assert.ok(watched !== undefined);
    const dial = (): Promise<RawStation> =>
      rawStation({
        url: `${trial.urls.ocpp}/${watched.stationId}`,
        user: watched.stationId,
        password: watched.password,
      });
    await eventually('sessions end', async () => (fleet.tally.sessionsEnded > stations / 4 ? true : undefined), 60_000);
    await standStill(context, fleet, dial);
    const ended = fleet.tally.sessionsEnded;
    await eventually(
      'the fleet charges on',
      async () => (fleet.tally.sessionsEnded > ended + stations / 4 ? true : undefined),
      60_000,
    );
    await gateway.terminate();
    await gateway.start();
    await allConnected(fleet);
    await fleet.close();
    assert.deepEqual(
      {
        dropped: fleet.tally.dropped,
        callErrors: fleet.tally.callErrors,
        timeouts: fleet.tally.timeouts,
        queued: fleet.queued(),
      },
      { dropped: 0, callErrors: 0, timeouts: 0, queued: 0 },
      'no message was refused, given up, or left without an answer on an open socket',
    );
    const audit = await auditRun({ trial, modelFile });
    context.diagnostic(JSON.stringify(audit.summary));
    assert.ok(audit.summary.sessionsFound > stations / 2, 'the fleet charged');
    assert.deepEqual(audit.differences, []);
  },
);

async function standStill(context: TestContext, fleet: Fleet, dial: () => Promise<RawStation>): Promise<void> {
  const raw = await dial();
  assert.match(
    await raw.ask('[2,"b","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]'),
    /Accepted/,
  );
  const rssBefore = rssBytesOf(gateway.pid());
  const kafka = trial.parts.get('kafka');
  assert.ok(kafka !== undefined);
  kafka.pause();
  const pausedAt = performance.now();
  try {
    assert.match(await raw.ask('[2,"h1","Heartbeat",{}]'), /^\[3,"h1"/, 'a heartbeat carries no fact');
    const left: number[] = [];
    const sampling = setInterval(() => left.push(fleet.tally.connected), 50);
    raw.send('[2,"s","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Available"}]');
    const end = await raw.ended;
    assert.ok(end.kind === 'closed' && end.code === 1013);
    await eventually('all sockets are closed', async () => (fleet.tally.connected === 0 ? true : undefined), 30_000);
    clearInterval(sampling);
    context.diagnostic(`all closed ${Math.round(performance.now() - pausedAt)} ms after the pause`);
    const between = left.filter((count) => count > 0 && count < stations);
    assert.ok(between.length >= 20, `in waves: ${between.length} of ${left.length} looks saw a part of the fleet`);
    await assert.rejects(dial(), /refused with 503/);
    const { status } = await fetch(`${gateway.adminUrl}/ready`);
    assert.equal(status, 200, 'all pods would vanish at once: it refuses by itself');
    const grown = rssBytesOf(gateway.pid()) - rssBefore;
    assert.ok(grown < rssGrowthBytesMax, `${grown} bytes more`);
    assert.ok((await metric('log_queue_bytes')) <= 4_000_000);
    assert.equal(await metric('gateway_log_away'), 1);
  } finally {
    kafka.resume();
  }
  const resumedAt = performance.now();
  await allConnected(fleet);
  context.diagnostic(`all back ${Math.round(performance.now() - resumedAt)} ms after the end of the pause`);
  const again = await eventually('the watched station is let in', dial);
  const answer = await again.ask(
    '[2,"s","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Available"}]',
  );
  assert.match(answer, /^\[3,"s"/, 'still accepted, without a new boot');
  again.close();
}

function optionsOf() {
  const flags = { ...lively, url: trial.urls.ocpp, stations: String(stations), seed, prefix, 'model-out': modelFile };
  return readOptions([...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]), '--drain']);
}

async function allConnected(fleet: Fleet): Promise<void> {
  await eventually(
    'all stations are connected',
    async () => (fleet.tally.connected === stations ? true : undefined),
    60_000,
  );
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
  const value = new RegExp(`^chargestream_${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1];
  assert.ok(value !== undefined, `no metric ${name}`);
  return Number(value);
}
