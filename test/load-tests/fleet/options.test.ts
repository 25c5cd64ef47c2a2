// The command line of the fleet.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault } from '#kit/fault';
import { readOptions } from '#load-tests/fleet/options';

test('the command line has defaults, and names every fault at once', () => {
  const options = readOptions(['--stations', '200', '--url', 'ws://a:1/ocpp/, ws://b:2/ocpp', '--drain']);
  assert.deepEqual(options.urls, ['ws://a:1/ocpp', 'ws://b:2/ocpp']);
  assert.equal(options.stations, 200);
  assert.equal(options.drains, true);
  assert.equal(options.timeScale, 1);
  assert.equal(options.drainSeconds, 8);
  const isBoth = (error: unknown): boolean =>
    error instanceof Fault && /--stations 0/.test(error.detail) && /--url http/.test(error.detail);
  assert.throws(() => readOptions(['--stations', '0', '--url', 'http://a']), isBoth);
  assert.throws(() => readOptions(['--wrong', '1']), Fault);
});
