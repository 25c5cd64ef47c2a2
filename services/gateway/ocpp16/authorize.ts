// 1.6 Authorize (4.1): may this card charge here? ConcurrentTx is never said here, else a driver could not stop by card.
import assert from 'node:assert/strict';
import type { OCPP16 } from 'typed-ocpp';
import type { Row } from '../domain/action.ts';
import { decideUse } from '../domain/authorization.ts';
import { authorizationDecided } from '../domain/decided.ts';
import { idTagInfoOf } from './id-tag-info.ts';

export const authorize: Row<OCPP16.AuthorizeRequest> = {
  shows: (request) => ({ uid: request.idTag, type: 'Unknown' }),
  handle(_request, context) {
    assert(context.token !== undefined, 'the shell looked up the token that Authorize shows');
    const decision = decideUse(context.token, context, {
      evseId: null,
      remoteStartId: null,
      startedAt: null,
      transactionId: null,
      now: context.now,
    });
    return {
      reply: { idTagInfo: idTagInfoOf(decision) },
      events: [
        authorizationDecided(context.meta(null), context.token, decision, {
          purpose: 'authorize',
          evseId: null,
          transactionId: null,
        }),
      ],
    };
  },
};
