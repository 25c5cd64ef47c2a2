// Opens what has to do with files: the disk, the port of the stations, the sweep, and the maker of links.
import { networkInterfaces } from 'node:os';
import type { Secrets } from '#contracts/secrets';
import type { Lifecycle } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import type { Database } from '#kit/postgres';
import type { FileApiParts } from '../api/files.ts';
import type { StationsConfig } from '../config.ts';
import { openDisk } from './disk.ts';
import { linksIn, type Locate } from './links.ts';
import { paceOfStations } from './pace.ts';
import { roomFor } from './room.ts';
import { startFileServer } from './server.ts';
import { startSweeper } from './sweeper.ts';

export type OpenFilesOptions = {
  readonly config: StationsConfig;
  readonly database: Database;
  readonly secrets: Pick<Secrets, 'tenantKeySeed'>;
  readonly lifecycle: Lifecycle;
  readonly logger: Logger;
};

const hourMs = 60 * 60 * 1000;
const headersTimeoutMs = 20_000;

export async function openFiles({
  config,
  database,
  secrets,
  lifecycle,
  logger,
}: OpenFilesOptions): Promise<{ readonly parts: FileApiParts; readonly locate: Locate }> {
  const { filesDir, filesPort, filesUrl, firmwareBytesMax, host, storedBytesMax, uploadBytesMax } = config;
  const { tenantFilesBytesMax: tenantBytesMax, fileConnectionsPerAddress: connectionsPerAddress } = config;
  const now = Date.now;
  const disk = await openDisk(filesDir);
  const uploadKeptMs = config.uploadsKeptDays * 24 * hourMs;
  const room = roomFor({ database, tenantBytesMax, storedBytesMax });
  const bounds = { uploadBytesMax, connectionsPerAddress, pace: paceOfStations, headersTimeoutMs };
  const serving = { database, disk, room, logger, host, port: filesPort, ...bounds, uploadKeptMs, now };
  const server = lifecycle.add('file server', await startFileServer(serving));
  lifecycle.add('file sweeper', startSweeper({ database, disk, logger, now }));
  const url = filesUrl === '' ? `http://${reachableAt(host)}:${server.port}` : filesUrl.replace(/\/+$/, '');
  const locate = linksIn({ database, secrets, url, openMs: config.fileLinkHours * hourMs, now });
  return { parts: { database, disk, room, firmwareBytesMax, now }, locate };
}

/** Who listens on all addresses is told by one that others can reach, where this machine has one. */
function reachableAt(host: string): string {
  if (host !== '0.0.0.0' && host !== '::') return host;
  const addresses = Object.values(networkInterfaces()).flatMap((ofCard) => ofCard ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}
