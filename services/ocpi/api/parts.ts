// What the routes for partners need, and what is known of each request once it was let in.
import type { FastifyInstance } from 'fastify';
import type { Database } from '#kit/postgres';
import type { HandshakeParts } from '../partners/handshake.ts';
import type { PartnerCaller } from '../partners/tokens.ts';
import type { Pace } from './pace.ts';
import type { TokenNamesOf } from '../token-names.ts';

export type PartnerParts = HandshakeParts & {
  readonly database: Database;
  readonly namesOf: TokenNamesOf;
  readonly pace: Pace;
};

/** Who asks whom (OCPI 2.2.1, 4.2.2): the partner's parties that may see, and ours that are asked. */
export type Routing = {
  readonly issuers: readonly string[];
  readonly ourParties: readonly string[];
};

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every route but those that answer before anybody is known. */
    partner: PartnerCaller;
    routing: Routing;
  }
}

export type PartnerApi = FastifyInstance;
