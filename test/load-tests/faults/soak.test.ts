import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawScenario, scenarios } from '#load-tests/faults/scenarios';
import { readSoakOptions } from '#load-tests/faults/soak-options';
import { Fault } from '#kit/fault';
import { Random } from '#load-tests/fleet/random';

test('a soak has its defaults, and a seed of its own where none is given', () => {
  const options = readSoakOptions([], 36);
  const bounds = { minutes: 10, rounds: 1_000_000, stations: 200, outageSeconds: 60 };
  assert.deepEqual(options, { seed: '10', ...bounds, only: [], links: false, frames: 1_000_000, rate: 2_000 });
  const given = readSoakOptions(['--seed', '7', '--only', 'gateway,kill-kafka', '--rounds', '20', '--links']);
  assert.deepEqual(given.only, ['gateway', 'kill-kafka']);
  assert.deepEqual([given.seed, given.rounds, given.links], ['7', 20, true]);
});

test('all faulty flags are named together', () => {
  assert.throws(
    () => readSoakOptions(['--minutes', '0', '--stations', 'many']),
    (error) => error instanceof Fault && /--minutes .*--stations /.test(error.detail),
  );
  assert.throws(() => readSoakOptions(['--nonsense']), { code: 'CONFIG_INVALID' });
});

test('the same seed draws the same faults, and each is drawn as often as its weight says', () => {
  const all = Object.entries(scenarios);
  const draw = (seed: string): string[] => {
    const random = new Random(seed);
    return Array.from({ length: 5_000 }, () => drawScenario(all, random)[0]);
  };
  assert.deepEqual(draw('one'), draw('one'));
  const drawn = draw('one');
  const weights = all.reduce((sum, [, { weight }]) => sum + weight, 0);
  for (const [name, { weight }] of all) {
    const share = drawn.filter((each) => each === name).length / drawn.length;
    assert.ok(Math.abs(share - weight / weights) < 0.02, `${name}: ${share}`);
  }
});

test('every service and every part can be killed and frozen', () => {
  for (const target of [
    'gateway',
    'sessions',
    'stations',
    'billing',
    'ocpi',
    'alerts',
    'analytics',
    'kafka',
    'postgres',
    'clickhouse',
  ])
    for (const verb of ['kill', 'pause']) assert.equal(scenarios[`${verb}-${target}`]?.target, target);
});
