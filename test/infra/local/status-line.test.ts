// The status line adds up metrics and stays one line on a terminal.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusOf, StatusLine, sumSamples } from '#infra/local/status-line';

function output(isTTY: boolean): { isTTY: boolean; columns: number; written: string; write(text: string): void } {
  return {
    isTTY,
    columns: 40,
    written: '',
    write(text) {
      this.written += text;
    },
  };
}

test('samples of one metric are added over labels and processes, comments and NaN are not', () => {
  const sums = sumSamples('# HELP a x\n# TYPE a counter\na{topic="x y",p="1"} 2\na{p="2"} 3\nb 1.5e3\nc NaN\n');
  sumSamples('a 5\n', sums);
  assert.deepEqual(
    [...sums],
    [
      ['a', 10],
      ['b', 1500],
    ],
  );
});

test('the line tells stations, calls per second, sessions and the lag of folds and sinks together', () => {
  const sums = sumSamples(
    'chargestream_gateway_connections 25\nchargestream_sessions_active 7\nchargestream_projection_lag_events{partition="1"} 3\nchargestream_sink_lag_events 4\n',
  );
  assert.equal(
    statusOf(sums, 12.34),
    '25 stations connected  ·  12.3 calls/s  ·  7 sessions charging  ·  lag 7 events',
  );
});

test('on a terminal the line is refreshed in place, and another line goes above it', () => {
  const terminal = output(true);
  const line = new StatusLine(terminal);
  line.show('one');
  line.show('two');
  line.say('gateway ended');
  assert.equal(terminal.written, '\r\u001b[2Kone\r\u001b[2Ktwo\r\u001b[2Kgateway ended\ntwo');
});

test('on a narrow terminal the line is cut so that it never wraps', () => {
  const terminal = output(true);
  new StatusLine(terminal).show('x'.repeat(100));
  assert.equal(terminal.written, `\r\u001b[2K${'x'.repeat(39)}`);
});

test('without a terminal each status is a plain line', () => {
  const file = output(false);
  new StatusLine(file).show('one');
  assert.equal(file.written, 'one\n');
});
