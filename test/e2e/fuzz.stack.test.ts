// Whatever a station sends: given 20,000 spoiled frames of all versions, then the platform lives, others wait no longer, and every frame is accounted for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTrial } from '#load-tests/bench/trial';
import { fuzzEnvironment, runFuzz } from '#load-tests/fuzz/fuzz';

const options = { frames: 20_000, sockets: 30, rate: 2_000, quietMs: 1_000, othersP99MsMax: 3_000 };

test('20,000 spoiled frames: each is answered, counted under a reason or ends its socket; no acknowledged fact is missing', async () => {
  const seed = process.env['FUZZ_SEED'] ?? Date.now().toString(36);
  console.log(`fuzz seed ${seed}`);
  const trial = await startTrial({ processes: [['registry', 'operator']], env: fuzzEnvironment });
  try {
    const report = await runFuzz(trial, { seed, ...options });
    const { tally, verdict, ...figures } = report;
    console.log(JSON.stringify({ ...figures, closes: Object.fromEntries(tally.closes), accounted: verdict.accounted }));
    assert.deepEqual(verdict.violations, []);
    assert.equal(tally.dealtWith + tally.closedOn, 20_000);
    assert.ok(tally.answered > 1_000 && tally.refused > 1_000, `${tally.answered} answered, ${tally.refused} refused`);
    assert.ok(tally.closes.size > 0, 'some frames end their socket');
    assert.ok(verdict.factsFound > 1_000);
  } finally {
    await trial.close();
  }
});
