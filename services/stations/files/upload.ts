// A station's upload of a log: PUT, POST, or POST as a form; bounded, kept on disk, taken once.
import type { IncomingMessage } from 'node:http';
import { fileTransfers } from '../metrics.ts';
import type { Stored } from './disk.ts';
import { boundaryOf, filePartOf, NotMultipart, type FilePart } from './multipart.ts';
import { completeUpload, keepTruncated, truncatedIdOf, type StoredFile } from './register.ts';
import { counted, type NoRoom, type Place } from './room.ts';
import { refuse, type Transfer } from './server.ts';

const nameCharsMax = 200;
const nameByDefault = 'log';

/**
 * 1. The file is on disk, 2. link and file in the register, 3. the answer. What a crash leaves after 1 is swept. What came
 * before its line broke is kept apart: of a station in trouble it may be all that there will be.
 */
export async function takeUpload(transfer: Transfer): Promise<void> {
  const { options, link, request, response } = transfer;
  const { database, disk, room } = options;
  if (Number(request.headers['content-length'] ?? 0) > options.uploadBytesMax) {
    counted('too-large');
    return refuse(request, response, 413);
  }
  const place = await room.enter(link.tenantId, options.uploadBytesMax);
  if ('refused' in place) return refuse(request, response, statusOf[place.refused]);
  try {
    const taken = await take(transfer, place);
    if (typeof taken === 'number') return refuse(request, response, taken);
    const completed = await completeUpload(database, link, fileOf(transfer, taken), room.tenantBytesMax);
    if (completed !== 'completed') {
      await disk.remove(taken.stored.storedAs);
      return refuse(request, response, completed === 'full' ? statusOf[counted('tenant-full')] : 410);
    }
    fileTransfers.inc({ outcome: 'uploaded' });
    response.writeHead(201, { 'content-type': 'text/plain' }).end('stored\n');
  } finally {
    place.leave();
  }
}

const statusOf: Readonly<Record<NoRoom, number>> = { 'too-large': 413, 'tenant-full': 507, 'store-full': 507 };

type Taken = { readonly stored: Stored; readonly name: string };

/** What came whole; or the status that says why it is not taken. A broken line rejects, and the link stays open. */
async function take(transfer: Transfer, place: Place): Promise<Taken | number> {
  const { options, request, trail } = transfer;
  try {
    const part = await partOf(request);
    const name = nameOf(part.name ?? nameInHead(request) ?? trail);
    const written = await options.disk.write(part.content, place);
    if (written.kind === 'refused') return statusOf[written.why];
    if (written.kind === 'whole') return { stored: written.stored, name };
    if (written.error instanceof NotMultipart) await options.disk.remove(written.stored.storedAs);
    else await keep(transfer, { stored: written.stored, name });
    throw written.error;
  } catch (error) {
    if (error instanceof NotMultipart) return 400;
    throw error;
  }
}

async function keep(transfer: Transfer, taken: Taken): Promise<void> {
  const { options, link } = transfer;
  const file = fileOf(transfer, taken);
  const cut = { ...file, fileId: truncatedIdOf(file.fileId), kind: 'truncated' } as const;
  const isKept =
    taken.stored.bytes > 0 && (await keepTruncated(options.database, link, cut, options.room.tenantBytesMax));
  if (isKept) fileTransfers.inc({ outcome: 'truncated' });
  else await options.disk.remove(taken.stored.storedAs);
}

function fileOf({ options, link }: Transfer, { stored, name }: Taken): StoredFile {
  const { tenantId, stationId, commandId } = link;
  const createdAtMs = options.now();
  const times = { createdAtMs, createdBy: stationId, expiresAtMs: createdAtMs + options.uploadKeptMs };
  return { ...stored, tenantId, stationId, fileId: commandId, kind: 'upload', name, ...times };
}

async function partOf(request: IncomingMessage): Promise<FilePart> {
  const boundary = boundaryOf(request.headers['content-type']);
  if (boundary !== undefined) return filePartOf(request, boundary);
  // Whoever is told that there is no room must be able to hear it.
  return { name: undefined, content: request.iterator({ destroyOnReturn: false }) };
}

function nameInHead(request: IncomingMessage): string | undefined {
  return /filename="?([^";]+)"?/i.exec(request.headers['content-disposition'] ?? '')?.[1];
}

/** For people alone: its last segment, in letters that no header or shell minds. */
function nameOf(told: string): string {
  const last = told.split(/[/\\]/).at(-1) ?? '';
  const plain = last
    .replaceAll(/[^A-Za-z0-9._-]+/g, '_')
    .replace(/^\.+/, '')
    .slice(-nameCharsMax);
  return plain === '' ? nameByDefault : plain;
}
