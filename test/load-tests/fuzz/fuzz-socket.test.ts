// The fuzz rig itself: given gateways that err, when spoiled frames are sent, then each error is found, and an honest gateway has none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import uWS, { type us_listen_socket, type WebSocket } from 'uWebSockets.js';
import { corpusOf } from '#load-tests/fuzz/corpus';
import { FuzzSocket } from '#load-tests/fuzz/fuzz-socket';
import { owedAnswer } from '#load-tests/fuzz/must-answer';
import { Tally } from '#load-tests/fuzz/tally';
import { decodeFrame, encodeError, encodeResult } from '#services/gateway/domain/frame';

/** What a gateway does with a CALL; undefined: it answers. */
type Whim = (call: {
  readonly id: string;
  readonly action: string;
  readonly count: number;
}) => 'silent' | 'cuts' | undefined;

async function fuzzed(whim: Whim, frames = 1_500): Promise<Tally> {
  const gateway = await listening(whim);
  const tally = new Tally();
  const identity = { stationId: 'FUZZ-1', password: 'x'.repeat(20), version: '1.6', evses: 1, tokens: [] } as const;
  const corpus = corpusOf('1.6', 'rig', ['CARD'], Date.UTC(2026, 10, 26));
  const own = { url: gateway.url, subprotocol: 'ocpp1.6', identity, corpus, tally };
  try {
    await new FuzzSocket({ ...own, seed: 'rig', frames, rate: 0 }).run();
  } finally {
    gateway.close();
  }
  return tally;
}

function listening(whim: Whim): Promise<{ readonly url: string; close(): void }> {
  let count = 0;
  const app = uWS.App().ws('/*', {
    maxPayloadLength: 256 * 1024,
    message(socket: WebSocket<unknown>, message, isBinary) {
      if (isBinary) return socket.end(1003, 'OCPP-J is text');
      const frame = decodeFrame(Buffer.from(message).toString('utf8'));
      if (frame.kind === 'malformed') return void socket.send(encodeError('1.6', frame.id, 'framework', frame.why));
      if (frame.kind !== 'call') return undefined;
      const isMark = /^(mark-\d+|boot)$/.test(frame.id);
      const does = isMark ? undefined : whim({ ...frame, count: count++ });
      if (does === 'cuts') socket.close();
      else if (does === undefined) socket.send(encodeResult(frame.id, {}));
      return undefined;
    },
  });
  return new Promise((resolve) => {
    app.listen('127.0.0.1', 0, (listen: us_listen_socket | false) => {
      assert.ok(listen !== false);
      const url = `ws://127.0.0.1:${uWS.us_socket_local_port(listen)}/ocpp`;
      resolve({ url, close: () => uWS.us_listen_socket_close(listen) });
    });
  });
}

test('an honest gateway has no findings, and every frame is dealt with or ended its socket', async () => {
  const tally = await fuzzed(() => undefined);
  assert.deepEqual(tally.findings, []);
  assert.equal(tally.dealtWith + tally.closedOn, 1_500);
  assert.ok(
    tally.dealtWith > 1_300 && tally.answered > 200,
    `${tally.dealtWith} dealt with, ${tally.answered} answered`,
  );
  assert.ok(tally.acknowledged.size > 100);
});

test('a CALL without its answer is found, with the frame that it was', async () => {
  const tally = await fuzzed(({ count }) => (count === 40 ? 'silent' : undefined));
  assert.equal(tally.found, 1);
  assert.match(tally.findings[0]?.what ?? '', /^no answer to/);
  assert.match(tally.findings[0]?.frame ?? '', /^"/);
});

test('a socket that is cut without a code is found', async () => {
  const tally = await fuzzed(({ count }) => (count === 40 ? 'cuts' : undefined));
  assert.equal(tally.found, 1);
  assert.match(tally.findings[0]?.what ?? '', /^ended without a code/);
});

test('an answer is owed to a CALL as OCPP-J has it, and to nothing else', () => {
  assert.deepEqual(owedAnswer('[2, "a", "Heartbeat", {}]'), { id: 'a', action: 'Heartbeat' });
  assert.deepEqual(owedAnswer(`[2,"${'x'.repeat(36)}","A",null]`)?.id.length, 36);
  const nested = (depth: number): string => `[2,"a","A",${'['.repeat(depth)}${']'.repeat(depth)}]`;
  assert.ok(owedAnswer(nested(31)));
  for (const text of [
    '',
    '[2,"a","A"]',
    '[2,"","A",{}]',
    `[2,"${'x'.repeat(37)}","A",{}]`,
    '[2,7,"A",{}]',
    '[2,"a",7,{}]',
    '["2","a","A",{}]',
    '[3,"a",{},{}]',
    '[2,"a","A",{}',
    nested(32),
  ])
    assert.equal(owedAnswer(text), undefined, text);
});
