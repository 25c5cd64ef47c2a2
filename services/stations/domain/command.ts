// The life of one command: requested, sent, completed; what the log says of it, without its answer.
import { onlyReads } from '#contracts/commands';
import type { CommandCompleted, CommandLane, CommandOutcome, CommandRequested } from '#contracts/generated/types';

export type Command = {
  readonly tenantId: string;
  readonly stationId: string;
  readonly commandId: string;
  readonly intent: string;
  readonly lane: CommandLane;
  readonly requestedAt: number;
  readonly expiresAt: number;
  /** The connection it was requested for last; noConnection where the station had none. */
  readonly connectionEpoch: number;
  /** Times it was requested: the second is under a newer connection. */
  readonly requests: number;
  /** Offset of its first CommandRequested: orders a station's commands. */
  readonly offset: number;
  readonly life: Life;
  /** Whether it is known what came of it, beyond its answer. */
  readonly isResulted: boolean;
};

export type Life =
  | { readonly phase: 'requested' }
  | { readonly phase: 'sent'; readonly sent: Sent }
  | {
      readonly phase: 'completed';
      readonly sent: Sent | null;
      readonly outcome: CommandOutcome;
      readonly completedAt: number;
    };

/** A command may take several CALLs: `at` is the first one's time, `lastAt` the last one's. */
export type Sent = {
  readonly epoch: number;
  readonly gatewayId: string;
  readonly action: string;
  readonly at: number;
  readonly lastAt: number;
};

/** connectionEpoch of a command whose station had no connection when it was requested: no gateway executes it. */
export const noConnection = -1;

/** A command as its first request says. */
export function requestedCommand(request: CommandRequested, offset: number): Command {
  const { tenantId, stationId, commandId, intent, lane, requestedAt, expiresAt, connectionEpoch } = request;
  const identity = { tenantId, stationId, commandId, intent, lane };
  return {
    ...identity,
    requestedAt,
    expiresAt,
    connectionEpoch,
    requests: 1,
    offset,
    life: { phase: 'requested' },
    isResulted: false,
  };
}

/** Requested again is legal under a newer connection and while nothing was sent, or it only reads; else it changes nothing. */
export function requestedAgain(command: Command, request: CommandRequested): Command {
  const { life, intent, requests } = command;
  if (life.phase === 'completed' || request.connectionEpoch <= command.connectionEpoch) return command;
  if (life.phase === 'sent' && !onlyReads(intent)) return command;
  const { connectionEpoch } = request;
  return { ...command, connectionEpoch, requests: requests + 1, life: { phase: 'requested' } };
}

/**
 * Each CALL of a command is announced; the first one's connection stays, a completed command is not sent any more. What
 * is announced under an older connection than the request's comes too late: its gateway reads that, too, and sends nothing.
 */
export function sent(command: Command, said: Omit<Sent, 'at' | 'lastAt'> & { readonly sentAt: number }): Command {
  const { life } = command;
  if (life.phase === 'completed') return command;
  const { epoch, gatewayId, action, sentAt } = said;
  if (life.phase === 'requested') {
    if (epoch !== command.connectionEpoch) return command;
    return { ...command, life: { phase: 'sent', sent: { epoch, gatewayId, action, at: sentAt, lastAt: sentAt } } };
  }
  if (epoch !== life.sent.epoch || sentAt <= life.sent.lastAt) return command;
  return { ...command, life: { phase: 'sent', sent: { ...life.sent, lastAt: sentAt } } };
}

/** completedBy of what the process of this service decides. */
export const byStations = 'stations';
/** Said by that process, these mean that it was never sent. */
const unsentOutcomes: ReadonlySet<CommandOutcome> = new Set(['offline', 'expired', 'notAccepted', 'superseded']);

/**
 * The first completion wins. But that a command was never sent is no end of one that stands in the log as sent: it was
 * decided before, and appended late.
 */
export function completed(
  command: Command,
  completion: Pick<CommandCompleted, 'outcome' | 'completedAt' | 'completedBy'>,
): Command {
  const { life } = command;
  const { outcome, completedAt, completedBy } = completion;
  if (life.phase === 'completed') return command;
  const saysUnsent = completedBy === byStations && unsentOutcomes.has(outcome);
  if (life.phase === 'sent' && saysUnsent) return command;
  return {
    ...command,
    life: { phase: 'completed', sent: life.phase === 'sent' ? life.sent : null, outcome, completedAt },
  };
}

/** The first result wins; who decided it knew that the command was completed. */
export function resulted(command: Command): Command {
  return command.isResulted ? command : { ...command, isResulted: true };
}
