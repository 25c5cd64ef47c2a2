// WebSocket framing of the fleet, on both sides of each border of RFC 6455.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  FrameReader,
  encodeClose,
  encodeFrame,
  encodeText,
  messageBytesMax,
  opcodes,
} from '#load-tests/fleet/ws-frames';
import { clientFrame, serverFrame } from '#test/load-tests/fleet/csms-double';

type Seen = { messages: string[]; pings: string[]; pongs: number; closes: number[]; violations: number[] };

function read(chunks: readonly Buffer[]): Seen {
  const seen: Seen = { messages: [], pings: [], pongs: 0, closes: [], violations: [] };
  const reader = new FrameReader();
  for (const chunk of chunks) {
    // The link reuses its read buffer, so a reader that kept a view of it would see other bytes later.
    const reused = Buffer.from(chunk);
    reader.push(reused, {
      message: (text) => seen.messages.push(text),
      ping: (payload) => seen.pings.push(payload.toString()),
      pong: () => (seen.pongs += 1),
      close: (code) => seen.closes.push(code),
      violation: (code) => seen.violations.push(code),
    });
    reused.fill(0xff);
  }
  return seen;
}

test('a text of any length is written masked and read back', () => {
  for (const length of [0, 1, 125, 126, 127, 65_535, 65_536, 70_000]) {
    const text = 'é'.repeat(Math.floor(length / 2)) + 'x'.repeat(length % 2);
    const frame = encodeText(text);
    assert.equal(frame.readUInt8(1) & 0x80, 0x80, 'a client masks');
    const back = clientFrame(frame);
    assert.equal(back?.opcode, opcodes.text);
    assert.equal(back?.payload.toString(), text);
    assert.equal(back?.bytes, frame.length);
    assert.deepEqual(read([serverFrame(1, Buffer.from(text))]).messages, [text]);
  }
});

test('frames are found in any cut of the stream', () => {
  const seed = Date.now() & 0x7fffffff;
  const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 300 }), { minLength: 1, maxLength: 6 });
  const property = fc.property(
    texts,
    fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 20 }),
    (messages, cuts) => {
      const stream = Buffer.concat(messages.map((text) => serverFrame(1, Buffer.from(text))));
      const chunks: Buffer[] = [];
      let from = 0;
      for (const cut of cuts) {
        chunks.push(stream.subarray(from, from + cut));
        from = Math.min(stream.length, from + cut);
      }
      chunks.push(stream.subarray(from));
      assert.deepEqual(read(chunks).messages, messages);
    },
  );
  fc.assert(property, { seed, verbose: true });
});

test('fragments make one message, with a ping between them', () => {
  const whole = Buffer.from('äöü, in three parts');
  const seen = read([
    serverFrame(1, whole.subarray(0, 1), false),
    serverFrame(9, Buffer.from('are you there')),
    serverFrame(0, whole.subarray(1, 8), false),
    serverFrame(0, whole.subarray(8)),
    serverFrame(10, Buffer.alloc(0)),
  ]);
  assert.deepEqual(seen, {
    messages: [whole.toString()],
    pings: ['are you there'],
    pongs: 1,
    closes: [],
    violations: [],
  });
});

test('a close tells its code, or that it has none', () => {
  assert.deepEqual(read([serverFrame(8, Buffer.from([0x03, 0xf0]))]).closes, [1008]);
  assert.deepEqual(read([serverFrame(8, Buffer.alloc(0))]).closes, [1005]);
  assert.deepEqual(clientFrame(encodeClose(1001))?.payload, Buffer.from([0x03, 0xe9]));
});

test('what a server must not send ends the connection with the right code, and nothing after it is read', () => {
  const after = serverFrame(1, Buffer.from('too late'));
  const cases: readonly [string, Buffer, number][] = [
    ['masked', encodeText('masked'), 1002],
    ['reserved bit', Buffer.from([0xc1, 0]), 1002],
    ['unknown opcode', Buffer.from([0x83, 0]), 1002],
    ['fragmented ping', Buffer.from([0x09, 0]), 1002],
    ['long ping', Buffer.concat([Buffer.from([0x89, 126, 0, 126]), Buffer.alloc(126)]), 1002],
    ['continuation of nothing', serverFrame(0, Buffer.from('x')), 1002],
    [
      'text inside a fragmented message',
      Buffer.concat([serverFrame(1, Buffer.from('a'), false), serverFrame(1, Buffer.from('b'))]),
      1002,
    ],
    ['binary', serverFrame(2, Buffer.from('x')), 1003],
    ['not UTF-8', serverFrame(1, Buffer.from([0xff, 0xfe])), 1007],
    ['close code cut off', serverFrame(8, Buffer.from([3])), 1002],
    ['too long', Buffer.from([0x81, 127, 0, 0, 0, 0, 0, 0x10, 0, 1]), 1009],
  ];
  for (const [name, bytes, code] of cases) {
    const seen = read([Buffer.concat([bytes, after])]);
    assert.deepEqual(seen.violations, [code], name);
    assert.deepEqual(seen.messages, [], name);
  }
});

test('a message of exactly the limit is read, also in fragments; one byte more is not', () => {
  const half = Buffer.alloc(messageBytesMax / 2, 'a');
  assert.equal(read([serverFrame(1, half, false), serverFrame(0, half)]).messages[0]?.length, messageBytesMax);
  assert.deepEqual(
    read([serverFrame(1, half, false), serverFrame(0, half, false), serverFrame(0, Buffer.from('a'))]).violations,
    [1009],
  );
});

test('a ping of ours is masked and empty', () => {
  assert.deepEqual([...encodeFrame(opcodes.ping, new Uint8Array(0))], [0x89, 0x80, 0, 0, 0, 0]);
});
