// Versions and credentials for partners (OCPI 2.2.1, 6 and 7): the only routes that a registration token opens.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ourCredentials, receiveCredentials, unregister, versionsUrlOf } from '../partners/handshake.ts';
import { tokenGivenTo } from '../partners/tokens.ts';
import { versionNumber } from '../wire/v221/credentials.ts';
import { answer, ocpiCodes } from './envelope.ts';
import type { PartnerApi, PartnerParts } from './parts.ts';

const config = { module: 'registration' } as const;

/** What we serve, all as SENDER; credentials' role means nothing and is sent as SENDER, too (ocpi#403). */
const modules = ['locations', 'sessions', 'cdrs', 'tariffs'] as const;

export function addRegistrationRoutes(api: PartnerApi, parts: PartnerParts): void {
  const base = `${parts.partnersUrl}/ocpi`;
  api.get('/ocpi/versions', { config }, async (_request, reply) =>
    answer(
      reply,
      { code: ocpiCodes.done, data: [{ version: versionNumber, url: `${base}/${versionNumber}` }] },
      parts.now(),
    ),
  );
  api.get(`/ocpi/${versionNumber}`, { config }, async (_request, reply) => {
    const endpoints = [
      { identifier: 'credentials', role: 'SENDER', url: `${base}/${versionNumber}/credentials` },
      ...modules.map((identifier) => ({
        identifier,
        role: 'SENDER',
        url: `${base}/cpo/${versionNumber}/${identifier}`,
      })),
    ];
    return answer(reply, { code: ocpiCodes.done, data: { version: versionNumber, endpoints } }, parts.now());
  });
  addCredentialsRoutes(api, parts);
}

function addCredentialsRoutes(api: PartnerApi, parts: PartnerParts): void {
  const path = `/ocpi/${versionNumber}/credentials`;
  api.get(path, { config }, async ({ partner: caller }, reply) => {
    const token = await tokenGivenTo(parts.database, parts.vault, caller);
    const data = await ourCredentials(parts, caller, token ?? '');
    return answer(reply, { code: ocpiCodes.done, data }, parts.now());
  });
  api.post(path, { config }, async (request, reply) =>
    isRegistered(request) ? refuseMethod(reply, parts) : exchange(parts, request, reply, false),
  );
  api.put(path, { config }, async (request, reply) =>
    isRegistered(request) ? exchange(parts, request, reply, true) : refuseMethod(reply, parts),
  );
  api.delete(path, { config }, async (request, reply) => {
    if (!isRegistered(request)) return refuseMethod(reply, parts);
    const { tenantId, partner } = request.partner;
    const { partnerId } = partner;
    await unregister(parts, { tenantId, actor: partnerId, at: parts.now() }, partnerId);
    return answer(reply, { code: ocpiCodes.done }, parts.now());
  });
}

function isRegistered({ partner: { partner } }: FastifyRequest): boolean {
  return partner.state === 'registered';
}

/** POST when registered, PUT and DELETE when not: an error of HTTP (7.2). */
function refuseMethod(reply: FastifyReply, { now }: PartnerParts): FastifyReply {
  return answer(reply, { http: 405, code: ocpiCodes.clientFault, message: 'Not in this state of registration' }, now());
}

async function exchange(
  parts: PartnerParts,
  { partner: caller, body, log }: FastifyRequest,
  reply: FastifyReply,
  replaces: boolean,
): Promise<FastifyReply> {
  const { partnerId } = caller.partner;
  const outcome = await receiveCredentials(parts, caller, body, replaces);
  if (outcome.kind === 'rejected') {
    const { code, message } = outcome;
    log.warn({ partnerId, code, why: message }, 'credentials of a partner rejected');
    return answer(reply, { code, message }, parts.now());
  }
  log.info({ partnerId, versionsUrl: versionsUrlOf(parts) }, 'credentials exchanged with a partner');
  const data = await ourCredentials(parts, caller, outcome.token);
  return answer(reply, { code: ocpiCodes.done, data }, parts.now());
}
