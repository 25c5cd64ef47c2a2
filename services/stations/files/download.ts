// A station's download: whole or in ranges, resumed as often as the line breaks, complete once.
import { once } from 'node:events';
import { rangeOf } from '../domain/byte-range.ts';
import { fileTransfers } from '../metrics.ts';
import { noteDelivered } from './link-register.ts';
import { findFile, type StoredFile } from './register.ts';
import { refuse, type Transfer } from './server.ts';

export async function serveDownload(transfer: Transfer): Promise<void> {
  const { options, link, request, response } = transfer;
  const file = await findFile(options.database, link.tenantId, link.fileId ?? '', 'operator');
  if (file === undefined) return refuse(request, response, 404);
  const tag = `"${file.sha256}"`;
  const asked = rangeOf(request.headers.range, { bytes: file.bytes, tag }, request.headers['if-range'] as string);
  const headers = {
    'content-type': 'application/octet-stream',
    'accept-ranges': 'bytes',
    etag: tag,
    'cache-control': 'no-store',
    'repr-digest': `sha-256=:${Buffer.from(file.sha256, 'hex').toString('base64')}:`,
  };
  if (asked.kind === 'unsatisfiable') {
    fileTransfers.inc({ outcome: '416' });
    response.writeHead(416, { ...headers, 'content-range': `bytes */${file.bytes}` }).end();
    return;
  }
  const first = asked.kind === 'part' ? asked.first : 0;
  const last = asked.kind === 'part' ? asked.last : file.bytes - 1;
  const ranged = asked.kind === 'part' ? { 'content-range': `bytes ${first}-${last}/${file.bytes}` } : {};
  response.writeHead(asked.kind === 'part' ? 206 : 200, { ...headers, ...ranged, 'content-length': last - first + 1 });
  if (request.method === 'HEAD') return void response.end();
  await send(transfer, file, { first, last });
}

/** 1. The bytes, 2. what of them went. A crash between leaves the link open: its end by time closes it. */
async function send(
  { options, link, response }: Transfer,
  file: StoredFile,
  { first, last }: { readonly first: number; readonly last: number },
): Promise<void> {
  const sent = { bytes: 0 };
  const isWhole = last < first || (await written(options.disk.read(file.storedAs, first, last), response, sent));
  if (isWhole) await ended(response);
  const isFinished = isWhole && response.writableFinished;
  const part = { first, askedBytes: last - first + 1, sentBytes: sent.bytes, isFinished };
  const isUsed = await noteDelivered(options.database, link, { part, fileBytes: file.bytes }, options.now());
  fileTransfers.inc({ outcome: !isFinished ? 'cut' : isUsed ? 'downloaded' : 'part' });
}

/** False where the line broke. */
async function written(
  source: AsyncIterable<Buffer>,
  response: Transfer['response'],
  sent: { bytes: number },
): Promise<boolean> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  for await (const chunk of source) {
    if (response.destroyed) return false;
    sent.bytes += chunk.length;
    if (response.write(chunk)) continue;
    const isDrained = await once(response, 'drain', { signal: gone.signal }).then(
      () => true,
      () => false,
    );
    if (!isDrained) return false;
  }
  return true;
}

function ended(response: Transfer['response']): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', resolve);
    response.end(resolve);
  });
}
