// A station's answer to a CALL of ours: checked, its facts appended, its meaning told.
import { tokenIdentityOf, tokenRefOf } from '#contracts/keys';
import { guardOf } from '#contracts/ocpp';
import { Fault } from '#kit/fault';
import type { Done } from './command-plan.ts';
import type { Connection } from './connection.ts';
import { recordedAnswer, type AnswerContext, type CallRow } from './domain/call.ts';
import { errorKindOf } from './domain/error-codes.ts';
import { encodeResultError, type Frame } from './domain/frame.ts';
import type { Call } from './domain/intent.ts';
import { redactedJson } from './domain/redaction.ts';
import { appendEvents } from './inbound.ts';
import { frameFaults } from './metrics.ts';

type ResultFrame = Pick<Extract<Frame, { kind: 'result' }>, 'id' | 'payload'>;

/** Resolves once its facts are acknowledged: a command's outcome never stands in the log before what it changed. */
export async function readAnswer(connection: Connection, call: Call, { id, payload }: ResultFrame): Promise<Done> {
  const { version, calls } = connection.dialect;
  const answer = redactedJson(call.action, payload);
  const violation = guardOf(version, call.action, 'Response')?.(payload);
  if (violation !== undefined) {
    frameFaults.inc({ reason: 'invalid-answer' });
    const why = `${violation.path} ${violation.message}`;
    // Only 2.1 has a way to say so (part 4 4.2.4); other versions hear nothing.
    if (version === '2.1') connection.send(encodeResultError(version, id, errorKindOf(violation), why));
    const detail = `the station's answer is not valid: ${why}`;
    return { outcome: 'failed', detail, answer };
  }
  const row = calls[call.action] as CallRow<unknown, unknown>;
  await appendFacts(connection, row, { call, payload: payload as object });
  return { ...row.outcome(payload, call.payload), answer };
}

type Exchange = { readonly call: Call; readonly payload: object };

/** What is valid by its schema and yet beyond what an event holds (1e30 is an integer) is kept whole. */
async function appendFacts(
  connection: Connection,
  row: CallRow<unknown, unknown>,
  { call, payload }: Exchange,
): Promise<void> {
  const context = contextOf(connection, call);
  try {
    const facts = row.facts?.(payload, context) ?? [];
    if (facts.length > 0) await appendEvents(connection, facts);
  } catch (error) {
    if (error instanceof Fault) throw error;
    const { logger } = connection.parts;
    logger.warn(
      { err: error, action: call.action, stationId: connection.stationId },
      'answer beyond what can be recorded',
    );
    await appendEvents(connection, [recordedAnswer(call.action, payload, context)]);
  }
}

function contextOf(connection: Connection, { payload }: Call): AnswerContext<unknown> {
  const { parts, station, tenantId } = connection;
  return {
    request: payload,
    station,
    refOf(tokenType, uid) {
      const identity = tokenIdentityOf(tokenType, uid);
      return tokenRefOf(parts.tenantKey(tenantId), identity.type, identity.uid);
    },
    meta: (occurredAt) => connection.meta(occurredAt, null),
  };
}
