// Lets a partner in: its token, its ids, and between which parties it speaks.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PartnerValue } from '#contracts/registry';
import { partyParts } from '../wire/v221/parts.ts';
import { callerOfToken } from '../partners/tokens.ts';
import { answer, ocpiCodes } from './envelope.ts';
import type { PartnerParts, Routing } from './parts.ts';

const idLengthMax = 100;
const printable = /^[\x21-\x7e]{1,100}$/;
const tokenLengthMax = 200;

/** Both are mandatory on every request and come back on every answer (OCPI 2.2.1, 4.1.4). */
const idHeaders = ['x-request-id', 'x-correlation-id'] as const;

/** Echoes ids, then asks who it is; answers itself where that ends the matter. */
export async function admit(parts: PartnerParts, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const missing = idHeaders.filter((name) => !echoed(request, reply, name));
  const shown = tokenOf(request.headers.authorization);
  const at = parts.now();
  const guessWaitMs = parts.pace.strangerWaitMs(request.ip, lookupsOf(parts, shown));
  if (guessWaitMs > 0) return slowDown(reply, guessWaitMs, at);
  const caller = shown === undefined ? undefined : await callerOfToken(parts.database, parts.vault, shown, at);
  const isForRegistration = request.routeOptions.config.module === 'registration';
  if (caller === undefined || (caller.tokenKind === 'registration' && !isForRegistration))
    return answer(reply, { http: 401, code: ocpiCodes.clientFault, message: 'The token is missing or not known' }, at);
  const waitMs = parts.pace.partnerWaitMs(`${caller.tenantId}/${caller.partner.partnerId}`, caller.lookup);
  if (waitMs > 0) return slowDown(reply, waitMs, at);
  request.partner = caller;
  if (missing.length > 0)
    return answer(reply, { code: ocpiCodes.badParameters, message: `The header ${missing.join(', ')} is missing` }, at);
  return isForRegistration ? undefined : route(request, reply, at);
}

type Shown = { readonly decoded: string | undefined; readonly raw: string };

/** What the token may be found by, either way it may have been written. */
function lookupsOf({ vault }: Pick<PartnerParts, 'vault'>, shown: Shown | undefined): Buffer[] {
  const texts = shown === undefined ? [] : [shown.decoded, shown.raw];
  return texts.filter((text) => text !== undefined).map((text) => vault.lookupOf(text));
}

function slowDown(reply: FastifyReply, waitMs: number, at: number): FastifyReply {
  reply.header('retry-after', String(Math.ceil(waitMs / 1000)));
  return answer(reply, { http: 429, code: ocpiCodes.clientFault, message: 'Too many requests' }, at);
}

function echoed(request: FastifyRequest, reply: FastifyReply, name: (typeof idHeaders)[number]): boolean {
  const value = request.headers[name];
  if (typeof value !== 'string' || value.length > idLengthMax || !printable.test(value)) return false;
  reply.header(name, value);
  return true;
}

function route(request: FastifyRequest, reply: FastifyReply, at: number): FastifyReply | undefined {
  const { partner } = request.partner;
  const [from, to] = [partyOf(request, 'from'), partyOf(request, 'to')];
  const routing = routingOf(partner, from, to);
  if (typeof routing === 'string') return answer(reply, { code: ocpiCodes.badParameters, message: routing }, at);
  request.routing = routing;
  // Swapped in the answer.
  const sides = { from: routing.ourParties[0] ?? '', to: routing.issuers[0] ?? '' };
  for (const [side, partyId] of Object.entries(sides)) {
    const { country_code: country, party_id: party } = partyParts(partyId);
    reply.header(`ocpi-${side}-country-code`, country).header(`ocpi-${side}-party-id`, party);
  }
  return undefined;
}

/**
 * Without headers: all parties of both sides. `from` narrows to one of theirs, `to` to one of ours; any other `to` is
 * let pass, since some peers send their own party in both. A `from` that is not theirs is refused.
 */
export function routingOf(
  { parties, ourParties }: Pick<PartnerValue, 'parties' | 'ourParties'>,
  from: string | undefined,
  to: string | undefined,
): Routing | string {
  if (from !== undefined && !parties.includes(from)) return 'OCPI-from names a party that is not yours';
  const facing = to !== undefined && ourParties.includes(to) ? [to] : ourParties;
  return { issuers: from === undefined ? parties : [from], ourParties: facing };
}

function partyOf({ headers }: FastifyRequest, side: 'from' | 'to'): string | undefined {
  const [country, party] = [headers[`ocpi-${side}-country-code`], headers[`ocpi-${side}-party-id`]];
  return country === undefined && party === undefined ? undefined : `${String(country)}-${String(party)}`.toUpperCase();
}

/** `Token <base64>`; some send the token as it is, and the specification's own example ends in a line break. */
export function tokenOf(header: string | undefined): Shown | undefined {
  const [, raw] = /^Token +(\S+)$/i.exec(header ?? '') ?? [];
  if (raw === undefined || raw.length > tokenLengthMax) return undefined;
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(raw);
  const decoded = isBase64
    ? Buffer.from(raw, 'base64')
        .toString('utf8')
        .replace(/\r?\n$/, '')
    : undefined;
  return { decoded, raw };
}
