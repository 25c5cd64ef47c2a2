// One request, parsed: what the URL, its headers and its form say, in the terms of ClickHouse's HTTP interface.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ClickHouseException } from '#infra/local/clickhouse-http/exception';
import { isFormatName } from '#infra/local/clickhouse-http/formats';
import { sessionTimeoutS, sessionTimeoutSMax } from '#infra/local/clickhouse-http/limits';

export type SessionWish = { readonly id: string; readonly timeoutS: number; readonly mustExist: boolean };

export type Call = {
  /** GET and HEAD may only read. */
  readonly mayWrite: boolean;
  /** The part of the query that came in the URL or the form. */
  readonly query: string;
  readonly queryId: string;
  readonly database: string | undefined;
  readonly format: string | undefined;
  readonly settings: ReadonlyMap<string, string>;
  readonly parameters: ReadonlyMap<string, string>;
  readonly session: SessionWish | undefined;
  /** The result is held until the query is over, so that its status is the final one. */
  readonly isHeld: boolean;
  readonly encoding: 'gzip' | undefined;
};

// Parameters of the interface itself; every other name is a setting.
const ownNames: ReadonlySet<string> = new Set(
  'query user password database default_format query_id session_id session_timeout session_check quota_key stacktrace compress decompress buffer_size wait_end_of_query role enable_http_compression http_zlib_compression_level http_native_compression_disable_checksumming_on_decompress send_progress_in_http_headers http_headers_progress_interval_ms http_response_headers close_session'.split(
    ' ',
  ),
);

/** Reads the parameters of the URL, which a form may add to. Throws ClickHouseException for what is not allowed. */
export function readCall(request: IncomingMessage, parameters: URLSearchParams): Call {
  const { method, headers } = request;
  const settings = new Map<string, string>();
  const bound = new Map<string, string>();
  for (const [name, value] of parameters) {
    if (name.startsWith('param_')) bound.set(parameterName(name.slice('param_'.length)), value);
    else if (!ownNames.has(name)) settings.set(settingName(name), value);
  }
  refuseUnsupported(parameters);
  return {
    mayWrite: method === 'POST' || method === 'PUT',
    query: parameters.getAll('query').join(''),
    queryId: parameters.get('query_id') || header(request, 'x-clickhouse-query-id') || randomUUID(),
    database: parameters.get('database') || header(request, 'x-clickhouse-database'),
    format: formatName(parameters.get('default_format') || header(request, 'x-clickhouse-format')),
    settings,
    parameters: bound,
    session: sessionWish(parameters),
    isHeld: isOn(parameters.get('wait_end_of_query')),
    encoding:
      isOn(parameters.get('enable_http_compression')) && acceptsGzip(headers['accept-encoding']) ? 'gzip' : undefined,
  };
}

function refuseUnsupported(parameters: URLSearchParams): void {
  for (const name of ['compress', 'decompress']) {
    if (isOn(parameters.get(name)))
      throw new ClickHouseException(
        48,
        'NOT_IMPLEMENTED',
        `${name}=1 (native LZ4 blocks) is not supported by the embedded ClickHouse; use HTTP compression`,
      );
  }
  const role = parameters.get('role');
  if (role !== null)
    throw new ClickHouseException(512, 'SET_NON_GRANTED_ROLE', `Role ${role} should be granted to set as a current`);
}

function sessionWish(parameters: URLSearchParams): SessionWish | undefined {
  const id = parameters.get('session_id');
  if (id === null || id === '') return undefined;
  const timeout = parameters.get('session_timeout') ?? String(sessionTimeoutS);
  if (!/^\d+$/.test(timeout))
    throw new ClickHouseException(374, 'INVALID_SESSION_TIMEOUT', `Invalid session timeout: '${timeout}'`);
  if (Number(timeout) > sessionTimeoutSMax)
    throw new ClickHouseException(
      374,
      'INVALID_SESSION_TIMEOUT',
      `Session timeout '${timeout}' is larger than max_session_timeout: ${sessionTimeoutSMax}. Maximum session timeout could be modified in configuration file.`,
    );
  return { id, timeoutS: Number(timeout), mustExist: isOn(parameters.get('session_check')) };
}

function parameterName(name: string): string {
  if (/^\w+$/.test(name)) return name;
  throw new ClickHouseException(36, 'BAD_ARGUMENTS', `Query parameter '${name}' has no valid name`);
}

// A name is put into a SET, so it must be one.
function settingName(name: string): string {
  if (/^[A-Za-z_][\w.]*$/.test(name)) return name;
  throw new ClickHouseException(115, 'UNKNOWN_SETTING', `Unknown setting '${name}'`);
}

function formatName(name: string | undefined): string | undefined {
  if (name === undefined || isFormatName(name)) return name;
  throw new ClickHouseException(73, 'UNKNOWN_FORMAT', `Unknown format ${name}`);
}

function isOn(value: string | null): boolean {
  return value === '1' || value === 'true';
}

function acceptsGzip(accepted: string | string[] | undefined): boolean {
  return String(accepted ?? '')
    .split(',')
    .some((part) => /^\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*$).*)?$/i.test(part));
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return (Array.isArray(value) ? value[0] : value) || undefined;
}
