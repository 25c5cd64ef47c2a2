// The HTTP server: health checks, who asks, how many at once, and the query.
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { Answer } from '#infra/local/clickhouse-http/answer';
import { type Body, openBody } from '#infra/local/clickhouse-http/body';
import { readCall } from '#infra/local/clickhouse-http/call';
import { ClickHouseException, exceptionOf } from '#infra/local/clickhouse-http/exception';
import { type Parts, execute } from '#infra/local/clickhouse-http/execute';
import { keepAliveTimeoutMs, requestsMax } from '#infra/local/clickhouse-http/limits';
import { boundaryOf, readForm } from '#infra/local/clickhouse-http/multipart';
import type { Users } from '#infra/local/clickhouse-http/users';
import { Fault } from '#kit/fault';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';

export type FrontOptions = {
  readonly host: string;
  readonly port: number;
  readonly users: Users;
  readonly logger: Logger;
};

/** Listens. Throws Fault PORT_TAKEN. */
export async function startServer(parts: Parts, options: FrontOptions): Promise<Closable> {
  let requests = 0;
  const server = createServer({ keepAliveTimeout: keepAliveTimeoutMs, requestTimeout: 0 }, (request, response) => {
    response.once('close', () => (requests -= 1));
    requests += 1;
    void handle(parts, options, { request, response, isOverfull: requests > requestsMax });
  });
  await listen(server, options);
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse; readonly isOverfull: boolean };

async function handle(parts: Parts, options: FrontOptions, exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  request.on('error', () => {});
  response.on('error', () => {});
  const url = parseUrl(request.url ?? '/');
  const answer = url === undefined ? undefined : new Answer(response, parts.engine);
  if (url === undefined || answer === undefined) return plain(response, 400, 'Bad request\n');
  if (answersHealth(request, url, response)) return;
  try {
    if (exchange.isOverfull)
      throw new ClickHouseException(
        202,
        'TOO_MANY_SIMULTANEOUS_QUERIES',
        `Too many simultaneous queries. Maximum: ${requestsMax}`,
      );
    const user = options.users.authenticate(request.headers, url.searchParams);
    const body = await readParameters(request, url.searchParams);
    const call = readCall(request, url.searchParams);
    answer.about(call.queryId, call.encoding);
    await execute(parts, { call, user, body, answer });
  } catch (error) {
    if (!(error instanceof ClickHouseException)) options.logger.error({ err: error }, 'request failed');
    answer.fail(exceptionOf(error));
  } finally {
    answer.complete();
    // What was not read of a refused body is read into nothing, so that the client hears the refusal.
    if (!request.complete) request.resume();
  }
}

// A form's fields are parameters too; then nothing is left of the body.
async function readParameters(request: IncomingMessage, parameters: URLSearchParams): Promise<Body> {
  const body = openBody(request);
  const boundary = boundaryOf(request.headers['content-type']);
  if (boundary === undefined) return body;
  for (const [name, value] of readForm(await body.readRest(), boundary)) parameters.append(name, value);
  return body;
}

// True where the request is no query.
function answersHealth(request: IncomingMessage, url: URL, response: ServerResponse): boolean {
  const { pathname } = url;
  const isQueryPath = pathname === '/' || pathname === '/query';
  const isGet = request.method === 'GET' || request.method === 'HEAD';
  if (isGet && (pathname === '/ping' || pathname === '/replicas_status' || (pathname === '/' && url.search === '')))
    plain(response, 200, 'Ok.\n');
  else if (!isQueryPath)
    plain(
      response,
      404,
      `There is no handle ${pathname}\n\nUse / or /ping for health checks.\nOr /replicas_status for more sophisticated health checks.\n\nSend queries from your program with POST method or GET /?query=...\n`,
    );
  else if (!isGet && request.method !== 'POST' && request.method !== 'PUT')
    plain(response, 501, `Method ${request.method} is not supported\n`);
  else return false;
  request.resume();
  return true;
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/html; charset=UTF-8', 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}

function parseUrl(url: string): URL | undefined {
  try {
    return new URL(url, 'http://front');
  } catch {
    return undefined;
  }
}

async function listen(server: Server, options: FrontOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE';
      const detail = `Port ${options.port} of ${options.host} ${isTaken ? 'is taken by another process' : `cannot be opened: ${error.message}`}; set CLICKHOUSE_HTTP_PORT to a free one.`;
      reject(new Fault('PORT_TAKEN', { detail, cause: error }));
    });
    server.listen(options.port, options.host, resolve);
  });
}
