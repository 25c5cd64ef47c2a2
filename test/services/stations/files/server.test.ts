// The file server's patience: given stations that hardly move, say nothing or come in crowds, then each is cut in its time.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Database } from '#kit/postgres';
import { createLogger } from '#kit/logger';
import { openDisk } from '#services/stations/files/disk';
import { startFileServer, type FileServer } from '#services/stations/files/server';

const link = { tenantId: 't', stationId: 'S', commandId: 'c', kind: 'upload', fileId: null, usedAtMs: null };
const connectionsPerAddress = 20;
let server: FileServer;
let directory: string;
let expiresInMs = 60_000;
/** Where links are known; nothing is ever registered. */
const database = {
  query: async (_sql: string, [tokenSha256]: string[]) => [
    { ...link, tokenSha256, expiresAtMs: Date.now() + expiresInMs },
  ],
  pool: { connect: () => Promise.reject(new Error('no register')) },
} as unknown as Database;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'file-server-'));
  const place = { take: () => undefined, leave: () => {} };
  server = await startFileServer({
    database,
    disk: await openDisk(directory),
    logger: createLogger('test', 'silent'),
    host: '127.0.0.1',
    port: 0,
    uploadBytesMax: 1_000_000,
    room: { tenantBytesMax: 1_000_000, enter: async () => place },
    uploadKeptMs: 1_000,
    connectionsPerAddress,
    pace: { everyMs: 400, bytesMin: 1_000 },
    headersTimeoutMs: 2_000,
    now: Date.now,
  });
});
after(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

function open(): Socket {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => {});
  return socket;
}

/** Writes at this interval until the socket is closed. @returns how long that took */
async function drip(socket: Socket, head: string, chunk: string, everyMs = 50): Promise<number> {
  const beganAt = Date.now();
  socket.write(head);
  const writing = setInterval(() => socket.write(chunk), everyMs);
  socket.resume();
  await new Promise((resolve) => socket.once('close', resolve));
  clearInterval(writing);
  return Date.now() - beganAt;
}

/** A link of this letter. */
const put = (bytes: number, letter: string) =>
  `PUT /upload/S/once-${letter.repeat(43)} HTTP/1.1\r\nhost: x\r\ncontent-length: ${bytes}\r\n\r\n`;

test('who never ends its request is cut', { timeout: 20_000 }, async () => {
  await drip(open(), 'PUT /upload/S/', 'x');
});

test(
  'an upload that hardly moves is cut; one that moves is not, until its link is over',
  { timeout: 20_000 },
  async () => {
    await drip(open(), put(100_000, 'a'), 'x');
    expiresInMs = 2_000;
    const lasted = await drip(open(), put(900_000, 'b'), 'x'.repeat(1_000));
    assert.ok(lasted >= 1_900, `cut after ${lasted} ms, before the end of its link`);
    expiresInMs = 60_000;
  },
);

test('one address has its share of connections, one link its share of transfers', { timeout: 20_000 }, async () => {
  const crowd = Array.from({ length: connectionsPerAddress }, open);
  await Promise.all(crowd.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
  const refused = open();
  await new Promise((resolve) => refused.once('close', resolve));
  const answers = crowd.map(
    (socket) =>
      new Promise<string>((resolve) => {
        socket.once('data', (data) => resolve(data.toString().slice(9, 12)));
        socket.once('close', () => resolve('cut'));
        socket.write(put(5_000, 'c'));
      }),
  );
  const told = await Promise.all(answers);
  assert.deepEqual([told.filter((answer) => answer === '429').length, told.filter((a) => a === 'cut').length], [4, 16]);
});
