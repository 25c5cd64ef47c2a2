// A station's upload of a log: PUT, POST, or POST as a form; bounded, kept on disk, taken once.
import type { IncomingMessage } from 'node:http';
import { fileTransfers } from '../metrics.ts';
import type { Stored } from './disk.ts';
import { boundaryOf, filePartOf, NotMultipart, type FilePart } from './multipart.ts';
import { bytesStored, completeUpload } from './register.ts';
import { refuse, type Transfer } from './server.ts';

const nameCharsMax = 200;
const nameByDefault = 'log';

/** 1. The file is on disk, 2. link and file in the register, 3. the answer. What a crash leaves after 1 is swept. */
export async function takeUpload(transfer: Transfer): Promise<void> {
  const { options, link, request, response } = transfer;
  const { database, disk, now, storedBytesMax, uploadBytesMax, uploadKeptMs } = options;
  if (Number(request.headers['content-length'] ?? 0) > uploadBytesMax) return refuse(request, response, 413);
  if ((await bytesStored(database)) >= storedBytesMax) return refuse(request, response, 507);
  const taken = await take(transfer);
  if (typeof taken === 'number') return refuse(request, response, taken);
  const at = now();
  const isFirst = await completeUpload(database, link, {
    ...taken.stored,
    tenantId: link.tenantId,
    stationId: link.stationId,
    fileId: link.commandId,
    kind: 'upload',
    name: taken.name,
    createdAtMs: at,
    createdBy: link.stationId,
    expiresAtMs: at + uploadKeptMs,
  });
  if (!isFirst) {
    await disk.remove(taken.stored.storedAs);
    return refuse(request, response, 410);
  }
  fileTransfers.inc({ outcome: 'uploaded' });
  response.writeHead(201, { 'content-type': 'text/plain' }).end('stored\n');
}

/** What came; or the status that says why it is not taken. A broken line rejects, and the link stays open. */
async function take({ options, request, trail }: Transfer): Promise<{ stored: Stored; name: string } | number> {
  try {
    const part = await partOf(request);
    const stored = await options.disk.write(part.content, options.uploadBytesMax);
    if (stored === undefined) return 413;
    return { stored, name: nameOf(part.name ?? nameInHead(request) ?? trail) };
  } catch (error) {
    if (error instanceof NotMultipart) return 400;
    throw error;
  }
}

async function partOf(request: IncomingMessage): Promise<FilePart> {
  const boundary = boundaryOf(request.headers['content-type']);
  return boundary === undefined ? { name: undefined, content: request } : filePartOf(request, boundary);
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
