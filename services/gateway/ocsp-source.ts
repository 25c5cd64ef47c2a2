// Asks an OCSP responder for a station (2.x M06) and passes its signed answer on; the station verifies it.
import { ocspRequestOf, ocspStatusOf } from './domain/ocsp-request.ts';
import type { Answer } from './domain/question.ts';
import type { Source } from './sources.ts';

/** Of a response with its certificates; 2.1 takes 18,000 characters of base64. */
const responseBytesMax = 13_500;

/**
 * @param responders `host` or `host:port` of those who may be asked: the station names the URL, and must not make us
 * call whatever it likes.
 */
export function ocspSource(responders: readonly string[]): Source<'ocsp'> {
  const allowed = new Set(responders.map((responder) => responder.toLowerCase()));
  return async ({ certificate, responderUrl }, { signal }) => {
    const url = URL.canParse(responderUrl) ? new URL(responderUrl) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol)) return refused('the URL of the responder is none');
    if (!allowed.has(url.host)) return refused('the responder is not among those that may be asked');
    const request = ocspRequestOf(certificate);
    if (request === undefined) return refused('the hashes and the serial number are not hexadecimal');
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/ocsp-request', accept: 'application/ocsp-response' },
      body: new Uint8Array(request),
      // Elsewhere is not among those that may be asked.
      redirect: 'error',
      signal,
    });
    if (!response.ok) throw new Error(`the responder answers ${response.status}`);
    return answerIn(await boundedBytes(response));
  };
}

function answerIn(bytes: Buffer): Answer {
  const status = ocspStatusOf(bytes);
  if (status === 'successful') return { kind: 'ocsp', response: bytes.toString('base64') };
  return status === undefined
    ? { kind: 'unreachable', why: 'the responder answers with something else' }
    : refused(`the responder says ${status}`);
}

async function boundedBytes({ body }: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > responseBytesMax) throw new Error(`a response of more than ${responseBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function refused(why: string): Answer {
  return { kind: 'refused', why };
}
