// The path of a station's CALL, from frame to answer, in numbered steps.
import type { ChargingEvent } from '#contracts/generated/types';
import type { AppendRecord } from '#kit/event-log/types';
import { failpoint } from '#kit/failpoint';
import { check, type Checked, type Refusal, type RequestFrame } from './check.ts';
import { refusesBoot } from './boot-check.ts';
import type { Connection } from './connection.ts';
import type { Handled, HandlerContext, Row } from './domain/action.ts';
import { answerWithCost, type LateAnswer } from './costs.ts';
import { encodeError, encodeResult } from './domain/frame.ts';
import { recordMessage } from './domain/recorded.ts';
import { look, nothing, type Looked } from './look.ts';
import { boots, callSeconds, countCall, countDecision } from './metrics.ts';
import { noteRequest, releasePayload, type Request } from './note-exchange.ts';
import { oddFacts, replyToUnreadable, type Oddity } from './odd-messages.ts';
import { encoded, recordable } from './recordable.ts';

/** An answer and the facts it stands for; the answer waits for their acknowledgement. */
type Served = {
  /** None for a SEND; a late one is made once the facts are acknowledged. */
  readonly answer: string | LateAnswer | undefined;
  readonly outcome: string;
  /** The facts, encoded: what cannot be is refused before anything has an effect. */
  readonly records: readonly AppendRecord[];
  readonly accepts: boolean | undefined;
  /** What was odd about the message; undefined of the usual one. */
  readonly quirks: readonly string[] | undefined;
};

/**
 * Serves one CALL or SEND; the connection calls it for one CALL at a time, in arrival order, once its epoch is known.
 * A crash before 5: nothing happened, the station repeats. Between 5 and 6: the fact is in the log, the repeat gets the
 * same answer because ids are made of the message, and folds drop the repeat by its natural key.
 */
export function serveCall(connection: Connection, request: Request): Promise<void> | undefined {
  // 0. Overloaded, or without a log: what was not served was not heard, and waits.
  if (connection.parts.pressure.withholds) return serveRelieved(connection, request);
  return serveNow(connection, request);
}

function serveNow(connection: Connection, request: Request): Promise<void> | undefined {
  const { frame, text } = request;
  // 1. A repeat of what was just answered on this socket is answered again, not recorded again (OCPP 1.6 3.7).
  connection.servingId = frame.id;
  const repeated = connection.answered.find(frame.id, text);
  if (repeated !== undefined) {
    connection.send(repeated);
    endRequest(connection, request, 'repeated', repeated);
    return undefined;
  }
  // 2-4. Check, look, handle: no effect yet, but that a voucher is used up.
  const serving = serve(connection, frame);
  if (serving instanceof Promise) return recordLate(connection, request, serving);
  return recordAndAnswer(connection, request, serving);
}

/** Somebody was asked meanwhile: a fact after its connection's end would be out of order, and the station repeats it. */
async function recordLate(connection: Connection, request: Request, serving: Promise<Served>): Promise<void> {
  const served = await serving;
  if (connection.open) return recordAndAnswer(connection, request, served);
  request.quirks = served.quirks;
  endRequest(connection, request, 'closed-unserved', null);
}

async function recordAndAnswer(connection: Connection, request: Request, served: Served): Promise<void> {
  request.quirks = served.quirks;
  // Thousands wait at once for the log; what they hold is copied by each collection of garbage.
  releasePayload(request);
  // 5. Append all events of the CALL in one request; presence learns of an acceptance before the station does.
  const isFact = served.records.length > 0;
  if (isFact && !(await appendFacts(connection, served))) {
    endRequest(connection, request, 'unrecorded', null);
    return;
  }
  // 6. Answer. A station that boots again asks anew, even in the same words: it may be accepted by now.
  const answer = typeof served.answer === 'function' ? await served.answer() : served.answer;
  const { outcome } = served;
  if (answer === undefined) return endRequest(connection, request, outcome, null);
  const { id, action } = request.frame;
  if (isFact && action !== 'BootNotification') connection.answered.keep(id, request.text, answer);
  connection.send(answer);
  callSeconds.observe((connection.parts.now() - request.receivedAt) / 1000);
  endRequest(connection, request, outcome, answer);
}

async function serveRelieved(connection: Connection, request: Request): Promise<void> {
  if (await relieved(connection, request)) await serveNow(connection, request);
}

/**
 * Never a CALLERROR: a station may drop a message that was refused; one whose socket closed is kept and repeated.
 * A heartbeat carries no fact, so it waits for nothing.
 */
async function relieved(connection: Connection, request: Request): Promise<boolean> {
  if (request.frame.action === 'Heartbeat') return true;
  if (!(await connection.parts.pressure.relieved())) connection.end(1013, 'try again later', 'overloaded');
  if (!connection.open) endRequest(connection, request, 'withheld', null);
  return connection.open;
}

function serve(connection: Connection, frame: RequestFrame): Served | Promise<Served> {
  const checked = check(connection, frame);
  if (checked.refusal !== undefined) return notServed(connection, frame, checked);
  const { row, request, oddity } = checked;
  if (oddity === undefined) return lookAndHandle(connection, frame, row, request);
  const served = lookAndHandle(connection, { ...frame, payload: request }, row, request);
  return served instanceof Promise
    ? served.then((answered) => withOddity(connection, frame, answered, oddity))
    : withOddity(connection, frame, served, oddity);
}

/** A refusal; but what a transaction says is never refused for its payload, or its station would repeat it and stand still. */
function notServed(
  connection: Connection,
  frame: RequestFrame,
  { refusal, oddity }: Extract<Checked, { row: undefined }>,
): Served {
  const refused = refuse(connection, frame, refusal);
  if (refusal.kept === undefined) return refused;
  const reply = oddity === undefined ? undefined : replyToUnreadable(connection, frame);
  if (oddity === undefined || reply === undefined)
    return keptWhole(connection, frame, refused, { refused: refusal.kept });
  const answered = { ...refused, answer: encodeResult(frame.id, reply), outcome: 'unreadable' };
  const kept = keptWhole(connection, frame, answered, { answered: reply, unreadable: refusal.kept });
  return withOddity(connection, frame, kept, { quirks: [...oddity.quirks, 'unreadable'], lossy: false });
}

/** Tells of the oddity in the same request as the facts. */
function withOddity(connection: Connection, frame: RequestFrame, served: Served, oddity: Oddity): Served {
  const told = encoded(connection.key, oddFacts(connection, frame, oddity));
  return { ...served, records: [...served.records, ...told], quirks: oddity.quirks };
}

function lookAndHandle(
  connection: Connection,
  frame: RequestFrame,
  row: Row<object>,
  request: object,
): Served | Promise<Served> {
  let looked: Looked | Promise<Looked>;
  try {
    // 3. Look: what the row asks to know.
    looked = look(connection, row, request);
  } catch (error) {
    return failed(connection, frame, error);
  }
  return looked instanceof Promise
    ? looked.then((answered) => handle(connection, frame, row, answered))
    : handle(connection, frame, row, looked);
}

function handle(connection: Connection, frame: RequestFrame, row: Row<object>, looked: Looked): Served {
  let handled: Handled;
  try {
    // 4. Handle, purely; check found the payload valid, so it is an object.
    handled = row.handle(frame.payload as object, contextOf(connection, looked));
  } catch (error) {
    return failed(connection, frame, error);
  }
  if (refusesBoot(connection, handled))
    return { answer: undefined, outcome: 'serial-mismatch', records: [], accepts: undefined, quirks: undefined };
  const told = recordable(connection, frame, handled.events);
  // A repeat would fail alike, for ever.
  if (told === undefined) return beyondRecords(connection, frame);
  const { accepts, vouched } = handled;
  if (vouched !== undefined)
    connection.parts.vouchers.started(connection.key, vouched.commandId, vouched.transactionId);
  for (const event of handled.events) noteFact(connection, event);
  const answer = frame.kind === 'send' ? undefined : answerTo(connection, frame, row, handled.reply);
  const served = { answer, outcome: 'answered', records: told.records, accepts, quirks: undefined };
  return told.isWhole ? served : withOddity(connection, frame, served, { quirks: ['out-of-range'], lossy: true });
}

/** Where it tells what a transaction costs, its text is made once the facts are in the log. */
function answerTo(
  connection: Connection,
  { id, payload }: RequestFrame,
  row: Row<object>,
  reply: object,
): string | LateAnswer {
  if (row.costs === undefined) return encodeResult(id, reply);
  return answerWithCost(connection, { id, reply }, row.costs(payload as object));
}

function noteFact(connection: Connection, event: ChargingEvent): void {
  if (event.type === 'AuthorizationDecided') countDecision(event);
  if (event.type !== 'StationBooted') return;
  boots.inc({ status: event.status });
  connection.peer.booted(event);
}

/** A value that no event holds: refused, or of a transaction answered as what cannot be read. */
function beyondRecords(connection: Connection, frame: RequestFrame): Served {
  const description = 'a value is out of range; the message was kept';
  const refused = refuse(connection, frame, { kind: 'property', description });
  const reply = replyToUnreadable(connection, frame);
  if (reply === undefined) return keptWhole(connection, frame, refused, { failed: true });
  const answered = { ...refused, answer: encodeResult(frame.id, reply), outcome: 'unreadable' };
  return keptWhole(connection, frame, answered, { answered: reply, failed: true });
}

/** A bug of a handler is our InternalError; the message is kept. */
function failed(connection: Connection, frame: RequestFrame, error: unknown): Served {
  const ids = { action: frame.action, stationId: connection.stationId };
  connection.parts.logger.error({ err: error, ...ids }, 'handler bug');
  const description = 'the message was kept, our handler failed';
  return keptWhole(connection, frame, refuse(connection, frame, { kind: 'internal', description }), { failed: true });
}

/** Nothing a station says is lost: what we could not read is kept as it came, redacted, and then refused. */
function keptWhole(connection: Connection, frame: RequestFrame, refusal: Served, why: object): Served {
  const context = contextOf(connection, nothing);
  const { events } = recordMessage(frame.action, asObject(frame.payload), why, context);
  return { ...refusal, records: encoded(connection.key, events) };
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
  return append(connection, encoded(connection.key, events));
}

function append({ parts, partition }: Connection, records: readonly AppendRecord[]): Promise<number> {
  return parts.log.append(parts.topics.events.name, partition, records);
}

function contextOf(connection: Connection, looked: Looked): HandlerContext {
  return {
    tenantId: connection.tenantId,
    stationId: connection.stationId,
    station: connection.station,
    now: connection.parts.now(),
    token: looked.token,
    answer: looked.answer,
    meta: connection.metaOfCall,
    reportedId: connection.reportedIdOfCall,
  };
}

function refuse(
  { dialect }: Connection,
  frame: RequestFrame,
  { kind, description }: Pick<Refusal, 'kind' | 'description'>,
): Served {
  return {
    answer: frame.kind === 'send' ? undefined : encodeError(dialect.version, frame.id, kind, description),
    outcome: kind,
    records: [],
    accepts: undefined,
    quirks: undefined,
  };
}

/** Counts what became of a request, and notes it for the audit: once for each that came. */
export function endRequest(connection: Connection, request: Request, outcome: string, answer: string | null): void {
  const { action } = request.frame;
  const known = Object.hasOwn(connection.dialect.actions, action);
  countCall(connection.dialect.version, known ? action : 'unknown', outcome);
  if (action === 'BootNotification') connection.peer.bootAnswered();
  noteRequest(connection, request, outcome, answer);
}

function asObject(payload: unknown): object {
  return typeof payload === 'object' && payload !== null ? payload : { value: payload };
}
