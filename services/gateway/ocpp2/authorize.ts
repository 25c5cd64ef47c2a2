// 2.x Authorize (C01-C07): may this token charge here?
import assert from 'node:assert/strict';
import type { OCPP20 } from 'typed-ocpp';
import type { Row } from '../domain/action.ts';
import { decideUse } from '../domain/authorization.ts';
import { authorizationDecided } from '../domain/decided.ts';
import { idTokenInfoOf } from './id-token-info.ts';

export const authorize: Row<OCPP20.AuthorizeRequest> = {
  shows: (request) => ({ uid: request.idToken.idToken, type: request.idToken.type }),
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
      reply: { idTokenInfo: idTokenInfoOf(decision) },
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
