// A command as operators see it, from its row or from the log: whichever knows more.
import type { CommandCompleted, CommandResult } from '#contracts/generated/types';
import type { Entry } from '../command-book.ts';
import type { CommandRow } from '../command-reads.ts';
import { shownParameters, type RefOf } from '../domain/shown-parameters.ts';
import type { CommandView } from './command-schemas.ts';
import { isoOf } from './page.ts';

/**
 * The row may be behind what whoever waited for the command was told, and the log's memory of an old one is gone.
 * Undefined: neither knows it.
 */
export function latestView(
  row: CommandRow | undefined,
  entry: Entry | undefined,
  refOf: RefOf,
): CommandView | undefined {
  const views = [row && viewOfRow(row), entry && viewOfEntry(entry, refOf)].filter((view) => view !== undefined);
  return views.toSorted((a, b) => progressOf(b) - progressOf(a))[0];
}

const progressOfState = { requested: 0, sent: 1, completed: 2 } as const;

/** Asked for again it begins anew; what is completed stays. */
function progressOf({ state, requests, result }: CommandView): number {
  if (state === 'completed') return Number.MAX_SAFE_INTEGER - (result === null ? 1 : 0);
  return requests * 2 + progressOfState[state];
}

export function viewOfRow(row: CommandRow): CommandView {
  return {
    commandId: row.command_id,
    stationId: row.station_id,
    intent: row.intent,
    lane: row.lane,
    parameters: row.parameters,
    state: row.state,
    outcome: row.outcome,
    detail: row.detail,
    answer: answerOf(row.answer_json),
    requestedBy: row.requested_by,
    requestedAt: isoOf(row.requested_at_ms),
    expiresAt: isoOf(row.expires_at_ms),
    requests: row.requests,
    sentAt: isoOf(row.sent_at_ms),
    action: row.sent_action,
    completedAt: isoOf(row.completed_at_ms),
    completedBy: row.completed_by,
    result: resultOf(row.result, row.result_session_id, row.result_transaction_id),
  };
}

export function viewOfEntry({ command, request, completion, result }: Entry, refOf: RefOf): CommandView {
  const { life } = command;
  const sent = life.phase === 'requested' ? null : life.sent;
  return {
    commandId: command.commandId,
    stationId: command.stationId,
    intent: command.intent,
    lane: command.lane,
    parameters: shownParameters(command.tenantId, JSON.parse(request.parametersJson), refOf),
    state: life.phase,
    requestedBy: request.requestedBy,
    requestedAt: isoOf(command.requestedAt),
    expiresAt: isoOf(command.expiresAt),
    requests: command.requests,
    ...(sent === null ? unsent : { sentAt: isoOf(sent.at), action: sent.action }),
    ...(completion === undefined ? uncompleted : endOf(completion)),
    result: result === undefined ? null : resultOf(result.result, result.sessionId, result.transactionId),
  };
}

const unsent = { sentAt: null, action: null };
const uncompleted = { outcome: null, detail: null, answer: null, completedAt: null, completedBy: null };

function endOf({ outcome, detail, answerJson, completedAt, completedBy }: CommandCompleted) {
  return { outcome, detail, answer: answerOf(answerJson), completedAt: isoOf(completedAt), completedBy };
}

function resultOf(
  result: CommandResult | null,
  sessionId: string | null,
  transactionId: string | null,
): CommandView['result'] {
  if (result === 'started' && transactionId !== null) return { kind: 'started', sessionId, transactionId };
  return result === 'noSession' ? { kind: 'noSession' } : null;
}

/** Gateways write JSON; anything else is shown as the text it is. */
function answerOf(answerJson: string | null): unknown {
  if (answerJson === null) return null;
  try {
    return JSON.parse(answerJson);
  } catch {
    return answerJson;
  }
}
