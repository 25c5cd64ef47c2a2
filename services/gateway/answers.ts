// A station's answer to a CALL of ours: checked, its facts appended, its meaning told.
import type { ChargingEvent } from '#contracts/generated/types';
import { tokenIdentityOf, tokenRefOf } from '#contracts/keys';
import { guardOf } from '#contracts/ocpp';
import { Fault } from '#kit/fault';
import type { Done } from './command-plan.ts';
import type { Connection } from './connection.ts';
import { recordedAnswer, type AnswerContext, type CallRow } from './domain/call.ts';
import { errorKindOf } from './domain/error-codes.ts';
import { encodeResultError, type Frame } from './domain/frame.ts';
import { understand, type Understood } from './domain/quirks/understand.ts';
import { oddFacts } from './odd-messages.ts';
import { noteHeartbeats } from './heartbeats.ts';
import type { Call } from './domain/intent.ts';
import { redactedJson } from './domain/redaction.ts';
import { appendEvents } from './inbound.ts';
import { frameFaults } from './metrics.ts';

type ResultFrame = Pick<Extract<Frame, { kind: 'result' }>, 'id' | 'payload'>;

/** Resolves once its facts are acknowledged: a command's outcome never stands in the log before what it changed. */
export async function readAnswer(connection: Connection, call: Call, { id, payload }: ResultFrame): Promise<Done> {
  const { version, calls } = connection.dialect;
  const answer = redactedJson(call.action, payload);
  const read = understood(connection, call, payload);
  if (read.kind === 'not-understood') {
    frameFaults.inc({ reason: 'invalid-answer' });
    const why = `${read.violation.path} ${read.violation.message}`;
    // Only 2.1 has a way to say so (part 4 4.2.4); other versions hear nothing.
    if (version === '2.1') connection.send(encodeResultError(version, id, errorKindOf(read.violation), why));
    const detail = `the station's answer is not valid: ${why}`;
    return { outcome: 'failed', detail, answer };
  }
  const row = calls[call.action] as CallRow<unknown, unknown>;
  const facts = await appendFacts(connection, row, { id, call, payload, read });
  const outcome = row.outcome(read.payload, call.payload);
  await noteHeartbeats(connection, call, { isAccepted: outcome.outcome === 'accepted', facts });
  return { ...outcome, answer };
}

/** Answers break their schema as messages do (a number for a value of GetConfiguration), and are mended by the same rules. */
function understood({ dialect: { version }, peer }: Connection, { action }: Call, payload: unknown): Understood {
  const guard = guardOf(version, action, 'Response');
  const violation = guard?.(payload);
  if (guard === undefined || violation === undefined)
    return { kind: 'understood', payload: payload as object, quirks: [], lossy: false };
  return understand({ version, action, payload, violation, guard, device: peer.device });
}

type Read = Extract<Understood, { kind: 'understood' }>;
type Exchange = { readonly id: string; readonly call: Call; readonly payload: unknown; readonly read: Read };

/** What is valid by its schema and yet beyond what an event holds (1e30 is an integer) is kept whole. */
async function appendFacts(
  connection: Connection,
  row: CallRow<unknown, unknown>,
  { id, call, payload, read }: Exchange,
): Promise<readonly ChargingEvent[]> {
  const context = contextOf(connection, call);
  const asMessage = { kind: 'call', id, action: `${call.action}Response`, payload } as const;
  const odd = read.quirks.length === 0 ? [] : oddFacts(connection, asMessage, read, context.meta);
  try {
    const facts = [...(row.facts?.(read.payload, context) ?? []), ...odd];
    if (facts.length > 0) await appendEvents(connection, facts);
    return facts;
  } catch (error) {
    if (error instanceof Fault) throw error;
    const { logger } = connection.parts;
    logger.warn(
      { err: error, action: call.action, stationId: connection.stationId },
      'answer beyond what can be recorded',
    );
    await appendEvents(connection, [recordedAnswer(call.action, read.payload, context), ...odd]);
    return [];
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
