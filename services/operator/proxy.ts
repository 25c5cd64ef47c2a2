// Forwards /v1 to the service that owns the path, as the caller that the door has established.
import httpProxy from '@fastify/http-proxy';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problem, type HttpApi } from '#kit/http';
import { counter } from '#kit/metrics';
import { ownerOf, type Owner } from './domain/routes.ts';

export type ProxyOptions = {
  readonly urls: Readonly<Record<Owner, string>>;
  readonly internalToken: string;
};

/** Longer than the longest wait that a route offers (a command's outcome, 60 s). */
const answerTimeoutMs = 75_000;
const connectionsPerServiceMax = 128;

/** What a client says of itself here counts nothing: the door says it. */
const ownHeaders: ReadonlySet<string> = new Set(['authorization', 'x-tenant-id', 'x-actor', 'x-role', 'cookie']);

const upstreamFailures = counter('operator_upstream_failures_total', {
  help: 'Requests that a service behind the door did not answer',
  labels: ['service'],
});

export function addProxy(api: HttpApi, { urls, internalToken }: ProxyOptions): void {
  void api.register(httpProxy, {
    upstream: '',
    prefix: '/v1',
    rewritePrefix: '/v1',
    disableRequestLogging: true,
    // Nothing is sent twice by itself: a command or a password must not be made two times.
    retryMethods: [],
    undici: {
      connections: connectionsPerServiceMax,
      headersTimeout: answerTimeoutMs,
      bodyTimeout: answerTimeoutMs,
    },
    preHandler: (request, reply, done) => {
      if (ownerOf(pathOf(request)) === undefined) answerUnowned(request, reply);
      else done();
    },
    replyOptions: {
      getUpstream: (request) => urls[ownerOf(pathOf(request)) ?? 'registry'],
      rewriteRequestHeaders: (request, headers) => ({
        ...Object.fromEntries(Object.entries(headers).filter(([name]) => !ownHeaders.has(name))),
        authorization: `Bearer ${internalToken}`,
        'x-tenant-id': request.caller.tenantId,
        'x-actor': request.caller.actor,
        'x-role': request.caller.role,
      }),
      onError: (reply, { error }) => answerAway(reply as FastifyReply, error),
    },
  });
}

export function pathOf(request: Pick<FastifyRequest, 'url'>): string {
  return request.url.split('?', 1)[0] ?? '';
}

function answerUnowned(request: FastifyRequest, reply: FastifyReply): void {
  void problem(reply, { status: 404, title: 'No such resource', detail: `${request.method} ${request.url}` });
}

function answerAway(reply: FastifyReply, error: Error): void {
  const { request } = reply;
  const service = ownerOf(pathOf(request)) ?? 'registry';
  upstreamFailures.inc({ service });
  request.log.warn({ err: error, service }, 'a service does not answer');
  const isSlow = 'code' in error && String(error.code).includes('TIMEOUT');
  void problem(reply, {
    status: isSlow ? 504 : 502,
    title: isSlow ? 'A service did not answer in time' : 'A service is away',
    code: 'UPSTREAM_UNAVAILABLE',
    detail: `${service} does not answer; what was asked may or may not have been done`,
  });
}
