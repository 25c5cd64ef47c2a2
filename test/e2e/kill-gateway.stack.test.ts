// A gateway killed (-9) three times under the load of 200 stations: what was acknowledged is in the log, every session once.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { after, before, test } from 'node:test';
import { startTrial, type Trial } from '#load-tests/bench/trial';
import { fleetIdentities } from '#load-tests/fleet/identities';
import { auditRun, startAuditedFleet } from './audited-fleet.ts';
import { operatorOf } from './operator-client.ts';

const stations = 200;
const kills = 3;
const seed = process.env['SEED'] ?? 'kill-gateway';

let trial: Trial;
const dir = mkdtempSync(join(tmpdir(), 'chargestream-kill-'));

before(async () => {
  trial = await startTrial({ gateways: 2 });
});
after(async () => {
  await trial.close();
  rmSync(dir, { recursive: true, force: true });
});

test('three kills of a gateway under load lose and double nothing', { timeout: 230_000 }, async (context) => {
  context.diagnostic(`seed ${seed}`);
  const operator = operatorOf(trial);
  const prefix = 'kill';
  await operator.register(fleetIdentities({ prefix, seed, count: stations }));
  const [victim] = trial.gateways;
  assert.ok(victim !== undefined);
  const modelFile = join(dir, 'model.jsonl');
  const fleet = await startAuditedFleet({
    urls: [trial.urls.ocpp],
    stations,
    seed,
    prefix,
    modelFile,
  });
  await fleet.charging();
  for (let kill = 0; kill < kills; kill++) {
    await delay(1_500 + 500 * kill);
    await victim.kill();
    await delay(1_000);
    await victim.start();
  }
  await delay(3_000);
  await fleet.drain();
  const audit = await auditRun({ trial, modelFile });
  context.diagnostic(JSON.stringify(audit.summary));
  assert.ok(audit.summary.sessionsFound > stations / 4, 'the fleet charged');
  assert.deepEqual(audit.differences, []);
});
