// The path of a station's CALL, from frame to answer, in numbered steps.
import { encodeRecord } from '#contracts/codec';
import type { ChargingEvent } from '#contracts/generated/types';
import { tokenRefOf } from '#contracts/keys';
import { actionsOf, guardOf, type OcppVersion } from '#contracts/ocpp';
import type { AppendRecord } from '#kit/event-log/types';
import type { Connection } from './connection.ts';
import type { Handled, HandlerContext, Row, TokenShown } from './domain/action.ts';
import type { PresentedToken } from './domain/authorization.ts';
import { errorKindOf, type ErrorKind } from './domain/error-codes.ts';
import { encodeError, encodeResult, type Frame } from './domain/frame.ts';
import { recordMessage } from './domain/recorded.ts';
import { boots, callSeconds, calls } from './metrics.ts';

export type CallFrame = Extract<Frame, { kind: 'call' }>;

/** An answer and the facts it stands for; the answer waits for their acknowledgement. */
type Served = {
  readonly answer: string;
  readonly outcome: string;
  readonly events: readonly ChargingEvent[];
  readonly accepts: boolean;
};

/**
 * Serves one CALL; the connection calls it for one CALL at a time, in arrival order, once its epoch is known.
 * A crash before 5: nothing happened, the station repeats. Between 5 and 6: the fact is in the log, the repeat gets the
 * same answer because ids are made of the message, and folds drop the repeat by its natural key.
 */
export async function serveCall(
  connection: Connection,
  frame: CallFrame,
  text: string,
  receivedAt: number,
): Promise<void> {
  // 1. A repeat of what was just answered on this socket is answered again, not recorded again (OCPP 1.6 3.7).
  connection.servingId = frame.id;
  const repeated = connection.answered.find(frame.id, text);
  if (repeated !== undefined) {
    count(connection, frame.action, 'repeated');
    connection.send(repeated);
    return;
  }
  // 2-4. Check, look, handle: no effect yet.
  const served = serve(connection, frame);
  // 5. Append all events of the CALL in one request; presence learns of an acceptance before the station does.
  if (served.events.length > 0 && !(await appendFacts(connection, served))) {
    count(connection, frame.action, 'unrecorded');
    return;
  }
  // 6. Answer.
  if (served.events.length > 0) connection.answered.keep(frame.id, text, served.answer);
  count(connection, frame.action, served.outcome);
  connection.send(served.answer);
  callSeconds.observe((connection.parts.now() - receivedAt) / 1000);
}

function serve(connection: Connection, frame: CallFrame): Served {
  const { version, actions } = connection.dialect;
  // 2. Check: is there such an action, may it come now, is its payload valid?
  const row = Object.hasOwn(actions, frame.action) ? actions[frame.action] : undefined;
  if (row === undefined) {
    const known = isActionOf(version, frame.action);
    const kind = known ? 'not-supported' : 'not-implemented';
    return refused(connection, frame, kind, known ? 'this action goes from us to the station' : 'no such action');
  }
  if (!connection.accepted && row.beforeBoot !== true)
    return refused(connection, frame, 'security', 'BootNotification was not accepted yet');
  const violation = guardOf(version, frame.action, 'Request')?.(frame.payload);
  if (violation !== undefined) {
    const answer = refused(
      connection,
      frame,
      errorKindOf(violation),
      `${violation.path === '' ? 'payload' : violation.path} ${violation.message}`,
    );
    // Nothing a station says is lost: what we could not read is kept whole.
    return {
      ...answer,
      events: recordMessage(
        frame.action,
        asObject(frame.payload),
        { refused: violation },
        contextOf(connection, undefined),
      ).events,
    };
  }
  return handle(connection, frame, row as unknown as Row<object>);
}

function handle(connection: Connection, frame: CallFrame, row: Row<object>): Served {
  const request = frame.payload as object;
  // 3. Look: what the row asks to know.
  const shown = row.shows?.(request);
  const context = contextOf(connection, shown === undefined ? undefined : present(connection, shown));
  // 4. Handle, purely. A bug here is our InternalError; the message is kept.
  let handled: Handled;
  try {
    handled = row.handle(request, context);
  } catch (error) {
    connection.parts.logger.error({ err: error, action: frame.action, stationId: connection.stationId }, 'handler bug');
    const answer = refused(connection, frame, 'internal', 'the message was kept, our handler failed');
    return {
      ...answer,
      events: recordMessage(frame.action, request, { failed: true }, contextOf(connection, undefined)).events,
    };
  }
  for (const event of handled.events) if (event.type === 'StationBooted') boots.inc({ status: event.status });
  return {
    answer: encodeResult(frame.id, handled.reply),
    outcome: 'answered',
    events: handled.events,
    accepts: handled.accepts === true,
  };
}

async function appendFacts(connection: Connection, served: Served): Promise<boolean> {
  try {
    await appendEvents(connection, served.events);
    if (served.accepts) await connection.accept();
    return true;
  } catch (error) {
    // No answer: the outcome is unknown, and the station's repeat is the cure. The socket closes so that it repeats soon.
    connection.parts.logger.warn({ err: error, stationId: connection.stationId }, 'facts not acknowledged');
    connection.end(1013, 'try again later', 'unrecorded');
    return false;
  }
}

/** Appends events of this connection to its station's partition; resolves with the first one's offset. */
export async function appendEvents(connection: Connection, events: readonly ChargingEvent[]): Promise<number> {
  const { parts, key, partition } = connection;
  const records: AppendRecord[] = [];
  for (const event of events) records.push({ key, type: event.type, value: encodeRecord(event.type, event as never) });
  return parts.log.append(parts.topics.events.name, partition, records);
}

function contextOf(connection: Connection, token: PresentedToken | undefined): HandlerContext {
  return {
    tenantId: connection.tenantId,
    stationId: connection.stationId,
    station: connection.station,
    now: connection.parts.now(),
    token,
    jitter: connection.parts.random(),
    meta: connection.metaOfCall,
    reportedId: connection.reportedIdOfCall,
  };
}

function present(connection: Connection, shown: TokenShown): PresentedToken {
  const { parts, tenantId } = connection;
  const tokenRef = tokenRefOf(parts.tenantKey(tenantId), shown.type, shown.uid);
  return { tokenRef, tokenType: shown.type, found: parts.caches.token(tenantId, tokenRef) };
}

function refused(connection: Connection, frame: CallFrame, kind: ErrorKind, description: string): Served {
  return {
    answer: encodeError(connection.dialect.version, frame.id, kind, description),
    outcome: kind,
    events: [],
    accepts: false,
  };
}

function count(connection: Connection, action: string, outcome: string): void {
  const known = Object.hasOwn(connection.dialect.actions, action);
  calls.inc({ version: connection.dialect.version, action: known ? action : 'unknown', outcome });
}

function asObject(payload: unknown): object {
  return typeof payload === 'object' && payload !== null ? payload : { value: payload };
}

const actionNames = new Map<OcppVersion, ReadonlySet<string>>();

function isActionOf(version: OcppVersion, action: string): boolean {
  const names = actionNames.get(version) ?? new Set(actionsOf(version));
  actionNames.set(version, names);
  return names.has(action);
}
