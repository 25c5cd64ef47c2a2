// 2.x Authorize (C01-C07): may this token charge here? An eMAID may come with its contract certificate.
import assert from 'node:assert/strict';
import type { OCPP20 } from 'typed-ocpp';
import type { Handled, HandlerContext, Row } from '../domain/action.ts';
import { decideUse, type Decision, type PresentedToken } from '../domain/authorization.ts';
import { contractQuestion, withContract } from '../domain/contract.ts';
import { authorizationDecided } from '../domain/decided.ts';
import { recordMessage } from '../domain/recorded.ts';
import { idTokenInfoOf } from './id-token-info.ts';

type Request = OCPP20.AuthorizeRequest;

export const authorize: Row<Request> = {
  shows: ({ idToken }) => (isOfButton(idToken) ? undefined : { uid: idToken.idToken, type: idToken.type }),
  asks: contractQuestion,
  handle,
};

const occasion = { purpose: 'authorize', evseId: null, transactionId: null } as const;

function handle(request: Request, context: HandlerContext): Handled {
  const { token, now } = context;
  // A button, a mechanical key: there is no token to judge (C02), as in TransactionEvent.
  if (isOfButton(request.idToken))
    return recordMessage('Authorize', request, { idTokenInfo: { status: 'Accepted' } }, context);
  assert(token !== undefined, 'the shell looked up the token that Authorize shows');
  const shown = { evseId: null, remoteStartId: null, startedAt: null, transactionId: null, now };
  const { decision, ...certificate } = certified(request, context, token, decideUse(token, context, shown));
  return {
    reply: { idTokenInfo: idTokenInfoOf(decision), ...certificate },
    events: [authorizationDecided(context.meta(null), token, decision, occasion)],
  };
}

function isOfButton({ type }: Request['idToken']): boolean {
  return type === 'NoAuthorization';
}

function certified(request: Request, { answer }: HandlerContext, { policies }: PresentedToken, decision: Decision) {
  return contractQuestion(request) === undefined ? { decision } : withContract(decision, answer, policies);
}
