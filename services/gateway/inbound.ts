// The path of a station's CALL, from frame to answer, in numbered steps.
import { encodeRecord } from '#contracts/codec';
import type { ChargingEvent } from '#contracts/generated/types';
import { tokenRefOf } from '#contracts/keys';
import { actionsOf, guardOf, type OcppVersion } from '#contracts/ocpp';
import type { AppendRecord } from '#kit/event-log/types';
import { failpoint } from '#kit/failpoint';
import type { Connection } from './connection.ts';
import type { Handled, HandlerContext, Row, TokenShown } from './domain/action.ts';
import type { PresentedToken } from './domain/authorization.ts';
import { errorKindOf, type ErrorKind } from './domain/error-codes.ts';
import { encodeError, encodeResult, type Frame } from './domain/frame.ts';
import { recordMessage } from './domain/recorded.ts';
import { boots, callSeconds, countCall } from './metrics.ts';

export type CallFrame = Extract<Frame, { kind: 'call' }>;

/** An answer and the facts it stands for; the answer waits for their acknowledgement. */
type Served = {
  readonly answer: string;
  readonly outcome: string;
  /** The facts, encoded: what cannot be is refused before anything has an effect. */
  readonly records: readonly AppendRecord[];
  readonly accepts: boolean | undefined;
};

/** Facts of one CALL, encoded; far below what one request to the log may be, above what a frame kept whole can be. */
const factBytesMax = 512 * 1024;

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
  // 0. Overloaded, or without a log: what was not served was not heard, and waits. A heartbeat carries no fact.
  if (connection.parts.pressure.withholds && frame.action !== 'Heartbeat' && !(await relieved(connection))) {
    countOutcome(connection, frame.action, 'withheld');
    return;
  }
  // 1. A repeat of what was just answered on this socket is answered again, not recorded again (OCPP 1.6 3.7).
  connection.servingId = frame.id;
  const repeated = connection.answered.find(frame.id, text);
  if (repeated !== undefined) {
    countOutcome(connection, frame.action, 'repeated');
    connection.send(repeated);
    return;
  }
  // 2-4. Check, look, handle: no effect yet, but that a voucher is used up.
  const served = serve(connection, frame);
  // 5. Append all events of the CALL in one request; presence learns of an acceptance before the station does.
  const isFact = served.records.length > 0;
  if (isFact && !(await appendFacts(connection, served))) {
    countOutcome(connection, frame.action, 'unrecorded');
    return;
  }
  // 6. Answer. A station that boots again asks anew, even in the same words: it may be accepted by now.
  if (isFact && frame.action !== 'BootNotification') connection.answered.keep(frame.id, text, served.answer);
  countOutcome(connection, frame.action, served.outcome);
  connection.send(served.answer);
  callSeconds.observe((connection.parts.now() - receivedAt) / 1000);
}

/** Never a CALLERROR: a station may drop a message that was refused; one whose socket closed is kept and repeated. */
async function relieved(connection: Connection): Promise<boolean> {
  if (!(await connection.parts.pressure.relieved())) connection.end(1013, 'try again later', 'overloaded');
  return connection.open;
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
  if (!connection.accepted && row.beforeBoot !== true && !connection.outbound.hasTriggered(frame.action))
    return refused(connection, frame, 'security', 'BootNotification was not accepted yet');
  const violation = guardOf(version, frame.action, 'Request')?.(frame.payload);
  if (violation === undefined) return handle(connection, frame, row as unknown as Row<object>);
  const where = violation.path === '' ? 'payload' : violation.path;
  const answer = refused(connection, frame, errorKindOf(violation), `${where} ${violation.message}`);
  return keptWhole(connection, frame, answer, { refused: violation });
}

function handle(connection: Connection, frame: CallFrame, row: Row<object>): Served {
  const { logger } = connection.parts;
  const ids = { action: frame.action, stationId: connection.stationId };
  let handled: Handled;
  try {
    handled = lookAndHandle(connection, frame.payload as object, row);
  } catch (error) {
    // A bug here is our InternalError; the message is kept.
    logger.error({ err: error, ...ids }, 'handler bug');
    const answer = refused(connection, frame, 'internal', 'the message was kept, our handler failed');
    return keptWhole(connection, frame, answer, { failed: true });
  }
  let records: readonly AppendRecord[];
  try {
    records = encoded(connection, handled.events);
    if (bytesOf(records) > factBytesMax) throw new RangeError(`facts of more than ${factBytesMax} bytes`);
  } catch (error) {
    // Valid by its schema, yet beyond what an event holds (1e30 is an integer): a repeat would fail alike, for ever.
    logger.warn({ err: error, ...ids }, 'message beyond what can be recorded');
    const answer = refused(connection, frame, 'property', 'a value is out of range; the message was kept');
    return keptWhole(connection, frame, answer, { failed: true });
  }
  const { accepts, vouched } = handled;
  if (vouched !== undefined)
    connection.parts.vouchers.started(connection.key, vouched.commandId, vouched.transactionId);
  for (const event of handled.events) if (event.type === 'StationBooted') boots.inc({ status: event.status });
  const answer = encodeResult(frame.id, handled.reply);
  return { answer, outcome: 'answered', records, accepts };
}

function lookAndHandle(connection: Connection, request: object, row: Row<object>): Handled {
  // 3. Look: what the row asks to know.
  const shown = row.shows?.(request);
  const context = contextOf(connection, shown === undefined ? undefined : present(connection, shown));
  // 4. Handle, purely.
  return row.handle(request, context);
}

/** Nothing a station says is lost: what we could not read is kept as it came, redacted, and then refused. */
function keptWhole(connection: Connection, frame: CallFrame, refusal: Served, why: object): Served {
  const context = contextOf(connection, undefined);
  const { events } = recordMessage(frame.action, asObject(frame.payload), why, context);
  return { ...refusal, records: encoded(connection, events) };
}

async function appendFacts(connection: Connection, served: Served): Promise<boolean> {
  try {
    const unrecorded = failpoint('gateway.before-append');
    if (unrecorded !== undefined) await unrecorded;
    await append(connection, served.records);
    const unanswered = failpoint('gateway.after-append');
    if (unanswered !== undefined) await unanswered;
    if (served.accepts !== undefined) await connection.accept(served.accepts);
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
  return append(connection, encoded(connection, events));
}

function append({ parts, partition }: Connection, records: readonly AppendRecord[]): Promise<number> {
  return parts.log.append(parts.topics.events.name, partition, records);
}

/** Throws where a value does not fit its schema. */
function encoded({ key }: Connection, events: readonly ChargingEvent[]): readonly AppendRecord[] {
  const records: AppendRecord[] = [];
  for (const event of events) records.push({ key, type: event.type, value: encodeRecord(event.type, event as never) });
  return records;
}

function bytesOf(records: readonly AppendRecord[]): number {
  let bytes = 0;
  for (const { value } of records) bytes += value?.length ?? 0;
  return bytes;
}

function contextOf(connection: Connection, token: PresentedToken | undefined): HandlerContext {
  return {
    tenantId: connection.tenantId,
    stationId: connection.stationId,
    station: connection.station,
    now: connection.parts.now(),
    token,
    meta: connection.metaOfCall,
    reportedId: connection.reportedIdOfCall,
  };
}

const none: PresentedToken['vouchers'] = [];

function present(connection: Connection, shown: TokenShown): PresentedToken {
  const { parts, tenantId, key } = connection;
  const tokenRef = tokenRefOf(parts.tenantKey(tenantId), shown.type, shown.uid);
  const found = parts.caches.token(tenantId, tokenRef);
  const vouchers = found === undefined ? parts.vouchers.of(key, tokenRef) : none;
  return { tokenRef, tokenType: shown.type, found, vouchers };
}

function refused(connection: Connection, frame: CallFrame, kind: ErrorKind, description: string): Served {
  return {
    answer: encodeError(connection.dialect.version, frame.id, kind, description),
    outcome: kind,
    records: [],
    accepts: undefined,
  };
}

export function countOutcome(connection: Connection, action: string, outcome: string): void {
  const known = Object.hasOwn(connection.dialect.actions, action);
  countCall(connection.dialect.version, known ? action : 'unknown', outcome);
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
