// Who may pass the door: a known key, within its pace, with a role that allows it, for its own tenant or as platform.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { tenantIdPattern } from '#contracts/registry';
import { mayCall } from '#contracts/roles';
import { problem, type Caller } from '#kit/http';
import { counter } from '#kit/metrics';
import type { KeyHolder, Keys } from './keys.ts';
import type { Pacing } from '#kit/pacing';

export type AdmissionParts = { readonly keys: Keys; readonly callers: Pacing; readonly strangers: Pacing };

const bearer = /^Bearer +(csk_[A-Za-z0-9_-]{20,100}) *$/i;
const tenantId = new RegExp(tenantIdPattern);

const refused = counter('operator_refused_total', {
  help: 'Requests refused at the operator door',
  labels: ['reason'],
});

/** Sets request.caller, or answers with a problem and returns it. */
export async function admit(
  parts: AdmissionParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  const key = keyOf(request);
  const wait = key === undefined || !parts.keys.knows(key) ? parts.strangers.waitMs(request.ip) : 0;
  if (wait > 0) return slowDown(reply, wait, 'unknown-keys');
  const holder = key === undefined ? undefined : await parts.keys.resolve(key);
  if (holder === undefined) return unauthorized(reply);
  const pace = parts.callers.waitMs(holder.keyId);
  if (pace > 0) return slowDown(reply, pace, 'pace');
  const path = request.url.split('?', 1)[0] ?? '';
  const caller = callerOf(holder, request.headers['x-tenant-id']);
  if (caller === undefined || !mayCall(holder.role, request.method, path)) return forbidden(reply, holder, caller);
  request.caller = caller;
  return undefined;
}

/** The key of a request; undefined where it shows none of ours. */
export function keyOf(request: FastifyRequest): string | undefined {
  return bearer.exec(request.headers.authorization ?? '')?.[1];
}

/** Only the platform's own people act for another tenant. Undefined where the header asks for what the key is not. */
function callerOf(holder: KeyHolder, wanted: string | string[] | undefined): Caller | undefined {
  const { keyId: actor, role } = holder;
  if (wanted === undefined) return { tenantId: holder.tenantId, actor, role };
  const isAllowed = wanted === holder.tenantId || role === 'platform';
  return typeof wanted === 'string' && isAllowed && tenantId.test(wanted)
    ? { tenantId: wanted, actor, role }
    : undefined;
}

function unauthorized(reply: FastifyReply): FastifyReply {
  refused.inc({ reason: 'no-key' });
  return problem(reply.header('www-authenticate', 'Bearer realm="chargestream"'), {
    status: 401,
    title: 'A valid key is needed',
    detail: 'send authorization: Bearer csk_…',
  });
}

function slowDown(reply: FastifyReply, waitMs: number, reason: string): FastifyReply {
  refused.inc({ reason });
  return problem(reply.header('retry-after', String(Math.ceil(waitMs / 1000))), {
    status: 429,
    title: 'Too many requests',
    detail: `the next one may come in ${waitMs} ms`,
  });
}

function forbidden(reply: FastifyReply, holder: KeyHolder, caller: Caller | undefined): FastifyReply {
  refused.inc({ reason: caller === undefined ? 'tenant' : 'role' });
  const detail =
    caller === undefined
      ? 'x-tenant-id names a tenant that this key may not act for'
      : `the role ${holder.role} does not allow it`;
  return problem(reply, { status: 403, title: 'This key may not do that', detail });
}
