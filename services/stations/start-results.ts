// Process: says what came of each remote start that its station accepted, a session or none, by a record on charging.commands.
import { encodeRecord } from '#contracts/codec';
import type { IntentParameters } from '#contracts/commands';
import type { CommandResulted } from '#contracts/generated/types';
import { partitionOf, remoteStartIdOf, stationKey } from '#contracts/keys';
import type { Topics } from '#contracts/topics';
import type { LogWriter } from '#kit/event-log/types';
import { failpoint } from '#kit/failpoint';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import type { Database } from '#kit/postgres';
import type { CommandBook, Entry } from './command-book.ts';
import type { RefOf } from './domain/shown-parameters.ts';
import { decideStart, dueAt, toldUntil, type StartResult, type WantedStart } from './domain/start-result.ts';
import { startResults } from './metrics.ts';
import type { PresenceBook } from './presence-book.ts';
import { connectionTimeouts, foldedNow, startsOf } from './start-reads.ts';
import { Ticking } from './ticking.ts';

export type StartResultsOptions = {
  readonly commands: CommandBook;
  readonly presence: Pick<PresenceBook, 'claim'>;
  readonly topics: Pick<Topics, 'commands' | 'events'>;
  readonly database: Database;
  readonly log: LogWriter;
  readonly logger: Logger;
  readonly tickMs: number;
  /** How long a station waits for the cable that told no time of its own. */
  readonly connectionTimeoutSeconds: number;
  readonly refOf: RefOf;
  leads(): boolean;
  /** Resolves when the book holds everything that was appended before the call. */
  readToEnd(): Promise<void>;
  /** Where each partition of charging.events ends. */
  eventsEnd(): Promise<ReadonlyMap<number, number>>;
  now(): number;
};

/** Where a partition ended, and when that was asked: what the fold passed, it knows of until then. */
type Mark = { readonly end: number; readonly at: number };
type Open = { readonly entry: Entry; readonly key: string; readonly partition: number; readonly timeoutMs: number };
type Made = { readonly open: Open; readonly result: StartResult };

const timeoutSecondsMax = 3_600;

export class StartResults implements Closable {
  readonly #options: StartResultsOptions;
  /** What each station told of its patience, read once per command. */
  readonly #timeoutMs = new Map<string, number>();
  /** Where that is settled: it came back, or was there when it should have told. A line that breaks again changes nothing. */
  readonly #untilMs = new Map<string, number>();
  readonly #marks = new Map<number, Mark>();
  readonly #ticking: Ticking;

  constructor(options: StartResultsOptions) {
    this.#options = options;
    this.#ticking = new Ticking(options.tickMs, () => this.#tick());
  }

  close(): Promise<void> {
    return this.#ticking.close();
  }

  async #tick(): Promise<void> {
    if (!this.#options.leads()) return;
    try {
      await this.#decide();
    } catch (error) {
      // The next tick decides again: the same decision has the same id.
      this.#options.logger.warn({ err: error }, 'results of starts not decided');
    }
  }

  /**
   * 1. What does the log say of each open start? 2. Read the commands to their end: what was decided stays. 3. Append. A
   * crash after 3 decides again under the same id; readers take the first.
   */
  async #decide(): Promise<void> {
    const { commands, readToEnd } = this.#options;
    const open = await this.#open();
    if (open.length === 0) return;
    const made = await this.#madeOf(open);
    if (made.length === 0) return;
    await readToEnd();
    const awaited = new Set(commands.awaited().map(({ command }) => command.commandId));
    const standing = made.filter(({ open: { entry } }) => awaited.has(entry.command.commandId));
    await Promise.all(standing.map((each) => this.#append(each)));
    // What was appended is in the book before the next round looks at it.
    await readToEnd();
  }

  async #open(): Promise<Open[]> {
    const { commands, database, topics, connectionTimeoutSeconds } = this.#options;
    const awaited = commands.awaited();
    const ids = new Set(awaited.map(({ command }) => command.commandId));
    for (const known of [this.#timeoutMs, this.#untilMs])
      for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
    const unread = awaited.filter(({ command }) => !this.#timeoutMs.has(command.commandId));
    const told = unread.length === 0 ? new Map<string, number>() : await connectionTimeouts(database, keysOf(unread));
    for (const entry of unread) {
      // 0 is no time to plug in: who tells it does not know.
      const seconds = told.get(keyOf(entry)) || connectionTimeoutSeconds;
      this.#timeoutMs.set(entry.command.commandId, Math.min(seconds, timeoutSecondsMax) * 1000);
    }
    return awaited.map((entry) => {
      const key = keyOf(entry);
      const timeoutMs = this.#timeoutMs.get(entry.command.commandId) ?? connectionTimeoutSeconds * 1000;
      return { entry, key, partition: partitionOf(key, topics.events.partitions), timeoutMs };
    });
  }

  async #madeOf(open: readonly Open[]): Promise<Made[]> {
    const { commands, database } = this.#options;
    const known = await this.#knownUntil(open);
    // Read after the positions: the tables are never behind what was found passed.
    const starts = await startsOf(database, keysOf(open.map(({ entry }) => entry)));
    const taken = new Map<string, Set<string>>();
    return open
      .toSorted((a, b) => a.entry.command.offset - b.entry.command.offset)
      .flatMap((each) => {
        const { key } = each;
        const takenThere = taken.get(key) ?? new Set(commands.takenOf(key));
        taken.set(key, takenThere);
        const told = { starts: starts.get(key) ?? [], taken: takenThere };
        const wanted = wantedOf(each.entry, this.#options.refOf);
        const times = { untilMs: this.#untilOf(each, wanted), nowMs: known(each) };
        const result = decideStart(wanted, told, times);
        if (result?.kind === 'started') takenThere.add(result.transactionId);
        return result === undefined ? [] : [{ open: each, result }];
      });
  }

  #untilOf({ key, timeoutMs }: Open, wanted: WantedStart): number {
    const settled = this.#untilMs.get(wanted.commandId);
    if (settled !== undefined) return settled;
    const untilMs = toldUntil(wanted, timeoutMs, this.#options.presence.claim(key));
    const isThere = Number.isFinite(untilMs);
    if (isThere && this.#options.now() >= dueAt(wanted, timeoutMs)) this.#untilMs.set(wanted.commandId, untilMs);
    return untilMs;
  }

  /** Until when everything that a station began is in the tables: no start has failed by what they do not know yet. */
  async #knownUntil(open: readonly Open[]): Promise<(each: Open) => number> {
    const { database, eventsEnd, now } = this.#options;
    const { next, parked } = await foldedNow(database);
    const until = new Map<number, number>();
    for (const [partition, { end, at }] of this.#marks) {
      if ((next.get(partition) ?? -1) < end) continue;
      until.set(partition, at);
      this.#marks.delete(partition);
    }
    const unmarked = open.filter(({ partition }) => !this.#marks.has(partition));
    if (unmarked.length > 0) {
      const at = now();
      const ends = await eventsEnd();
      for (const { partition } of unmarked) this.#marks.set(partition, { end: ends.get(partition) ?? 0, at });
    }
    return ({ partition, key }) => (parked.has(key) ? 0 : (until.get(partition) ?? 0));
  }

  async #append({ open: { entry, key }, result }: Made): Promise<void> {
    const { topics, log, logger, now } = this.#options;
    const { commandId, stationId } = entry.command;
    const undecided = failpoint('stations.before-result');
    if (undecided !== undefined) await undecided;
    const value = encodeRecord('CommandResulted', recordOf(entry, result, now()));
    const { name, partitions } = topics.commands;
    await log.append(name, partitionOf(key, partitions), [{ key, type: 'CommandResulted', value }]);
    const unread = failpoint('stations.after-result');
    if (unread !== undefined) await unread;
    startResults.inc({ result: result.kind });
    logger.info({ commandId, stationId, result }, 'result of a start decided');
  }
}

function recordOf({ command }: Entry, result: StartResult, nowMs: number): CommandResulted {
  const { tenantId, stationId, commandId } = command;
  const { kind } = result;
  const named = kind === 'started' ? result : { sessionId: null, transactionId: null };
  return {
    eventId: `${commandId}.resulted`,
    tenantId,
    stationId,
    commandId,
    result: kind,
    sessionId: named.sessionId,
    transactionId: named.transactionId,
    resultedAt: nowMs,
  };
}

function wantedOf({ command, request, completion }: Entry, refOf: RefOf): WantedStart {
  const { commandId, tenantId, requestedAt, life } = command;
  const { token, evseId } = JSON.parse(request.parametersJson) as IntentParameters<'StartCharging'>;
  return {
    commandId,
    remoteStartId: remoteStartIdOf(commandId),
    tokenRef: refOf(tenantId, token.type, token.uid),
    evseId: evseId ?? null,
    requestedAt,
    completedAt: completion?.completedAt ?? requestedAt,
    sentEpoch: life.phase === 'requested' ? null : (life.sent?.epoch ?? null),
    answered: answeredIn(completion?.answerJson ?? null),
  };
}

/** Gateways write JSON; a 2.x station names the transaction that it had begun. */
function answeredIn(answerJson: string | null): string | null {
  if (answerJson === null) return null;
  try {
    const answer = JSON.parse(answerJson) as { readonly transactionId?: unknown } | null;
    return typeof answer?.transactionId === 'string' ? answer.transactionId : null;
  } catch {
    return null;
  }
}

function keyOf({ command: { tenantId, stationId } }: Entry): string {
  return stationKey(tenantId, stationId);
}

function keysOf(entries: readonly Entry[]): string[] {
  return [...new Set(entries.map(keyOf))];
}
