// Overload: given a load, when it lasts, then the level rises; it falls step by step, and only after it was calm.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  agreeingMin,
  assess,
  calmMs,
  noOverload,
  shedding,
  type Load,
  type Overload,
} from '#services/gateway/domain/overload';

const bounds = { queueBytesMax: 1_000_000, rssBytesMax: 1_000_000_000 };
const idle: Load = { loopDelayP99Ms: 0, queueBytes: 0, stalledMs: 0, rssBytes: 0 };
const everyMs = 100;

/** After the load lasted for so many looks. */
function after(looks: number, load: Partial<Load>, from: Overload = noOverload, at = 0): Overload {
  let overload = from;
  for (let n = 0; n < looks; n++) overload = assess(overload, { ...idle, ...load }, bounds, at + n * everyMs);
  return overload;
}

test('each signal raises the level at its border, and not below', () => {
  for (const [load, level] of [
    [{ loopDelayP99Ms: 249 }, 0],
    [{ loopDelayP99Ms: 250 }, 1],
    [{ loopDelayP99Ms: 999 }, 1],
    [{ loopDelayP99Ms: 1_000 }, 2],
    [{ loopDelayP99Ms: 5_000 }, 3],
    [{ loopDelayP99Ms: 600_000 }, 3],
    [{ queueBytes: 249_999 }, 0],
    [{ queueBytes: 250_000 }, 1],
    [{ queueBytes: 500_000 }, 2],
    [{ queueBytes: 750_000 }, 3],
    [{ queueBytes: 949_999 }, 3],
    [{ queueBytes: 950_000 }, 4],
    [{ stalledMs: 999 }, 0],
    [{ stalledMs: 1_000 }, 1],
    [{ stalledMs: 5_000 }, 2],
    [{ stalledMs: 600_000 }, 2],
    [{ rssBytes: 699_999_999 }, 0],
    [{ rssBytes: 700_000_000 }, 1],
    [{ rssBytes: 850_000_000 }, 2],
    [{ rssBytes: 969_999_999 }, 2],
    [{ rssBytes: 970_000_000 }, 4],
    [{ queueBytes: 500_000, loopDelayP99Ms: 5_000 }, 3],
  ] as const)
    assert.equal(after(agreeingMin, load).level, level, JSON.stringify(load));
});

test('one late look is no overload; those that agree must follow each other', () => {
  const late = { loopDelayP99Ms: 2_000 };
  assert.equal(after(agreeingMin - 1, late).level, 0);
  const interrupted = after(1, {}, after(agreeingMin - 1, late));
  assert.equal(after(agreeingMin - 1, late, interrupted).level, 0);
  assert.equal(after(agreeingMin, late, interrupted).level, 2);
});

test('a level falls by one after it was calm, not while the load hovers at its border', () => {
  const closing = after(agreeingMin, { queueBytes: 950_000 });
  assert.equal(closing.level, shedding.sockets);
  const hovering = after(1_000, { queueBytes: 760_001 }, closing);
  assert.equal(hovering.level, 4, 'above 80 % of what raised it');
  const looks = calmMs / everyMs;
  assert.equal(after(looks, {}, hovering).level, 4);
  const first = after(looks + 1, {}, hovering);
  assert.equal(first.level, 3);
  assert.equal(after(looks, {}, first, calmMs + everyMs).level, 2);
  assert.equal(after(4 * looks + 5, {}, hovering).level, 0);
  const disturbed = after(1, { queueBytes: 950_000 }, after(looks, {}, hovering));
  assert.equal(after(looks, {}, disturbed).level, 4, 'calm is counted anew');
});

test('what is shed follows the order: frames, upgrades, answers, sockets', () => {
  assert.deepEqual(
    Object.entries(shedding)
      .toSorted(([, a], [, b]) => a - b)
      .map(([what]) => what),
    ['frames', 'upgrades', 'answers', 'sockets'],
  );
});
