// A whole fleet in front of a platform that keeps losing connections: both sides tell the same story in the end.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLogger } from '#kit/logger';
import { auditSessions } from '#load-tests/fleet/audit-sessions';
import { startFleet } from '#load-tests/fleet/fleet';
import { readModel } from '#load-tests/fleet/model';
import { readOptions } from '#load-tests/fleet/options';
import { Random } from '#load-tests/fleet/random';
import { CsmsDouble } from '#test/load-tests/fleet/csms-double';
import { until } from '#test/support/until';
import { IdealPlatform } from '#test/load-tests/fleet/ideal-platform';

test('thirty stations whose connections keep breaking lose no session and double none, exact to the milli-Wh', async (t) => {
  const seed = String(Date.now());
  t.diagnostic(`seed ${seed}`);
  const platform = new IdealPlatform(new Random(seed), 0.02);
  const csms = await new CsmsDouble((call) => platform.react(call)).listen();
  const folder = await mkdtemp(join(tmpdir(), 'fleet-'));
  const modelPath = join(folder, 'model.jsonl');
  const flags = [
    '--stations',
    '30',
    '--time-scale',
    '100',
    '--meter-interval-seconds',
    '10',
    '--session-seconds',
    '60',
    '--idle-seconds',
    '20',
  ];
  const options = readOptions([
    ...flags,
    '--url',
    csms.url,
    '--seed',
    seed,
    '--connect-rate',
    '500',
    '--model-out',
    modelPath,
    '--drain',
  ]);
  const fleet = startFleet(options, createLogger('fleet-test', 'silent'));
  try {
    await until(
      () => fleet.tally.sessionsEnded >= 60 && fleet.tally.lost >= 10,
      'sixty sessions and ten lost calls',
      60_000,
    );
  } finally {
    await fleet.close();
    await csms.close();
  }
  assert.deepEqual(csms.violations, []);
  const model = readModel((await readFile(modelPath, 'utf8')).split('\n'));
  await rm(folder, { recursive: true });
  const audit = await auditSessions(model, async (stationId) => platform.sessionsOf(stationId));
  assert.deepEqual(audit.differences, []);
  assert.equal(audit.endsAcknowledged, fleet.tally.sessionsEnded);
  assert.equal(audit.sessionsAcknowledged, fleet.tally.sessionsStarted);
  assert.equal(audit.energyFoundMilliWh, audit.energyAcknowledgedMilliWh);
  assert.ok(audit.energyFoundMilliWh > 0);
  assert.equal(fleet.tally.dropped, 0);
});
