// The port that stations move files through: one link, one station, one file, once. Nothing else is served here.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import type { Database } from '#kit/postgres';
import { fileTransfers } from '../metrics.ts';
import type { Disk } from './disk.ts';
import { serveDownload } from './download.ts';
import { tokenHashOf } from './links.ts';
import { watchPace, type Pace } from './pace.ts';
import { findLink, type KnownLink } from './link-register.ts';
import type { Room } from './room.ts';
import { takeUpload } from './upload.ts';

export type FileServerOptions = {
  readonly database: Database;
  readonly disk: Disk;
  readonly logger: Logger;
  readonly host: string;
  readonly port: number;
  readonly uploadBytesMax: number;
  readonly room: Room;
  readonly uploadKeptMs: number;
  readonly connectionsPerAddress: number;
  readonly pace: Pace;
  /** Of a request line and its headers. */
  readonly headersTimeoutMs: number;
  now(): number;
};

export type FileServer = Closable & { readonly port: number };

/** One request of a station for a link that is its own and open. */
export type Transfer = {
  readonly options: FileServerOptions;
  readonly link: KnownLink;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** What stands behind the token in the path: a name of the station's choice. */
  readonly trail: string;
};

const connectionsMax = 2_000;
/** Of one link: parts that its station reads side by side. */
const transfersPerLink = 16;
const overdueEveryMs = 5_000;
/** A log of the largest size over a slow mobile link. */
const requestTimeoutMs = 60 * 60 * 1000;
const idleTimeoutMs = 60_000;
const pathPattern = /^\/(download|upload)\/([^/?]{1,150})\/(once-[A-Za-z0-9_-]{43})(?:\/([^?]{0,500}))?(?:\?.*)?$/;

const methods: Readonly<Record<KnownLink['kind'], readonly string[]>> = {
  download: ['GET', 'HEAD'],
  upload: ['PUT', 'POST'],
};

export async function startFileServer(options: FileServerOptions): Promise<FileServer> {
  const { headersTimeoutMs: headersTimeout } = options;
  const connectionsCheckingInterval = Math.min(overdueEveryMs, headersTimeout);
  const server = createServer({ requestTimeout: requestTimeoutMs, headersTimeout, connectionsCheckingInterval });
  server.maxConnections = connectionsMax;
  server.timeout = idleTimeoutMs;
  boundAddresses(server, options.connectionsPerAddress);
  const serving = { options, underway: new Map<string, number>() };
  server.on('request', (request, response) => {
    void answer(serving, request, response).catch((error: unknown) => fail(options, error, response));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Whoever opens connections and says nothing takes no more than a share of them. */
function boundAddresses(server: Server, connectionsPerAddress: number): void {
  const open = new Map<string, number>();
  server.on('connection', (socket) => {
    const address = socket.remoteAddress ?? '';
    const before = open.get(address) ?? 0;
    if (before >= connectionsPerAddress) {
      fileTransfers.inc({ outcome: 'refused' });
      socket.destroy();
      return;
    }
    open.set(address, before + 1);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
  });
}

type Serving = {
  readonly options: FileServerOptions;
  /** Transfers by link. */ readonly underway: Map<string, number>;
};

/** Who shows a wrong token, or another station's, learns nothing of either. */
async function answer(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { options } = serving;
  const { method = '', url = '' } = request;
  const named = await linkOf(options, url);
  if (named === undefined) return refuse(request, response, 404);
  const { link, trail } = named;
  if (!methods[link.kind].includes(method)) {
    response.setHeader('allow', methods[link.kind].join(', '));
    return refuse(request, response, 405);
  }
  if (link.usedAtMs !== null || link.expiresAtMs <= options.now()) return refuse(request, response, 410);
  await move(serving, { options, link, request, response, trail });
}

/** What began before the link's end by time is cut then. */
async function move({ options, underway }: Serving, transfer: Transfer): Promise<void> {
  const { link, request, response } = transfer;
  const before = underway.get(link.tokenSha256) ?? 0;
  if (before >= transfersPerLink) return refuse(request, response, 429);
  underway.set(link.tokenSha256, before + 1);
  const leftMs = link.expiresAtMs - options.now();
  const onSlow = (): void => fileTransfers.inc({ outcome: 'slow' });
  const stopWatch = watchPace(request.socket, options.pace, { leftMs, onSlow });
  try {
    await (link.kind === 'download' ? serveDownload(transfer) : takeUpload(transfer));
  } finally {
    stopWatch();
    const left = (underway.get(link.tokenSha256) ?? 1) - 1;
    if (left === 0) underway.delete(link.tokenSha256);
    else underway.set(link.tokenSha256, left);
  }
}

async function linkOf({ database }: FileServerOptions, url: string) {
  const [, kind, station = '', token, trail = ''] = pathPattern.exec(url) ?? [];
  if (token === undefined) return undefined;
  const link = await findLink(database, tokenHashOf(token));
  const isIts = link !== undefined && link.kind === kind && link.stationId === decoded(station);
  return isIts ? { link, trail: decoded(trail) } : undefined;
}

const words: Readonly<Record<number, string>> = {
  400: 'the body cannot be read',
  404: 'no such link',
  405: 'not with this method',
  410: 'the link was used, or is over',
  413: 'the file is too large',
  429: 'too many transfers of this link at once',
  500: 'something went wrong on our side',
  507: 'no room is left for files',
};

/** A body that nobody wants is not read to its end. */
export function refuse(request: IncomingMessage, response: ServerResponse, status: number): void {
  fileTransfers.inc({ outcome: String(status) });
  const hasBody = request.method === 'PUT' || request.method === 'POST';
  response.writeHead(status, { 'content-type': 'text/plain', ...(hasBody ? { connection: 'close' } : {}) });
  response.end(`${words[status] ?? 'refused'}\n`);
}

/** The URL holds a secret, so that no log line names it. */
function fail({ logger }: FileServerOptions, error: unknown, response: ServerResponse): void {
  fileTransfers.inc({ outcome: 'failed' });
  const why = error instanceof Error ? error.message : 'unknown';
  logger.warn({ why }, 'a transfer of a file failed');
  if (response.headersSent) response.destroy();
  else response.writeHead(500, { connection: 'close' }).end(`${words[500]}\n`);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return '';
  }
}
