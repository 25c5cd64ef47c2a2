// Calls to URLs that somebody outside gave us: to registered hosts alone, at the address that was checked, bounded in time and bytes.
import { lookup as dnsLookup } from 'node:dns/promises';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { isPublicAddress } from '#kit/public-address';

/** What is let out. */
export type EgressOptions = {
  /** Hosts (with port) that may be private and without TLS: for the local stack and tests. */
  readonly insecureHosts: readonly string[];
  /** All addresses of a name. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  readonly timeoutMs?: number;
  readonly answerBytesMax?: number;
};

/** One call; a body is JSON text. */
export type EgressRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  /** Those that may be called, with port where it is not the scheme's own; learnt out of band. */
  readonly hosts: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** refused: the guard did not let it out, or it redirects. failed: no whole answer came. */
export type EgressAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly text: string }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'failed'; readonly why: string };

/** Makes a call, or tells why not. */
export type Egress = (request: EgressRequest) => Promise<EgressAnswer>;

const timeoutMsDefault = 5_000;
const answerBytesMaxDefault = 64 * 1024;

/** Never throws: what went wrong is told without the URL or a header, either of which may hold a secret. */
export function openEgress(options: EgressOptions): Egress {
  const insecure = new Set(options.insecureHosts.map((host) => host.toLowerCase()));
  const resolve = options.resolve ?? resolveName;
  return async (request) => {
    if (!URL.canParse(request.url)) return refused('it is no URL');
    const url = new URL(request.url);
    const why = unwanted(url, request.hosts, insecure);
    if (why !== undefined) return refused(why);
    // Resolved once: what is checked is what is connected to, so a name that changes its mind wins nothing.
    const addresses = await addressesOf(url, resolve).catch(() => []);
    const [address] = addresses;
    if (address === undefined) return { kind: 'failed', why: 'its host has no address' };
    if (!insecure.has(url.host) && !addresses.every(isPublicAddress)) return refused('its host is not public');
    return exchange(request, url, address, {
      timeoutMs: options.timeoutMs ?? timeoutMsDefault,
      answerBytesMax: options.answerBytesMax ?? answerBytesMaxDefault,
    });
  };
}

function unwanted(url: URL, hosts: readonly string[], insecure: ReadonlySet<string>): string | undefined {
  if (url.username !== '' || url.password !== '') return 'it names a user';
  if (!hosts.some((host) => host.toLowerCase() === url.host)) return 'its host is not registered';
  if (insecure.has(url.host))
    return url.protocol === 'http:' || url.protocol === 'https:' ? undefined : 'it is not HTTP';
  if (url.protocol !== 'https:') return 'it is not HTTPS';
  return url.port === '' || Number(url.port) > 1023 ? undefined : 'its port is no web server’s';
}

async function resolveName(host: string): Promise<readonly string[]> {
  return (await dnsLookup(host, { all: true })).map(({ address }) => address);
}

/** WHATWG URLs have turned 0x7f.1 and 2130706433 into 127.0.0.1 already. */
async function addressesOf(
  { hostname }: URL,
  resolve: NonNullable<EgressOptions['resolve']>,
): Promise<readonly string[]> {
  const plain = hostname.replace(/^\[|\]$/g, '');
  return isIP(plain) === 0 ? resolve(plain) : [plain];
}

type Limits = { readonly timeoutMs: number; readonly answerBytesMax: number };

function exchange(
  { method, headers, body }: EgressRequest,
  url: URL,
  address: string,
  { timeoutMs, answerBytesMax }: Limits,
): Promise<EgressAnswer> {
  return new Promise((resolve) => {
    const family = isIP(address);
    const options: RequestOptions = {
      method,
      headers: {
        ...headers,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      // No connection is kept for the next one, and the name is never asked again.
      agent: false,
      signal: AbortSignal.timeout(timeoutMs),
      lookup: (_host, wanted, done) =>
        wanted.all === true ? done(null, [{ address, family }]) : done(null, address, family),
    };
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options, (response) => {
      readBounded(response, answerBytesMax).then(
        (text) => resolve(answerOf(response, text)),
        (error: unknown) => resolve({ kind: 'failed', why: reasonOf(error) }),
      );
    });
    request.on('error', (error) => resolve({ kind: 'failed', why: reasonOf(error) }));
    request.end(body);
  });
}

function answerOf({ statusCode = 0 }: IncomingMessage, text: string | undefined): EgressAnswer {
  if (text === undefined) return { kind: 'failed', why: 'the answer is too long' };
  // A redirect leads to a host that nobody registered.
  if (statusCode >= 300 && statusCode < 400) return refused('it redirects');
  return { kind: 'answered', status: statusCode, text };
}

/** Undefined where the answer is longer than allowed; the connection is then cut. */
async function readBounded(response: IncomingMessage, bytesMax: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) {
      response.destroy();
      return undefined;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Without the URL or a header: either may hold what nobody shall read. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the connection failed';
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'it did not answer in time';
  return 'code' in error ? `the connection failed (${String(error.code)})` : 'the connection failed';
}

function refused(why: string): EgressAnswer {
  return { kind: 'refused', why };
}
