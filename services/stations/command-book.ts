// The commands that are not over yet: the commands topic in memory, for the process that completes them and for who waits.
import { decodeRecord } from '#contracts/codec';
import type { CommandCompleted, CommandRequested, CommandResulted } from '#contracts/generated/types';
import { stationKey } from '#contracts/keys';
import type { LogRecord } from '#kit/event-log/types';
import type { Logger } from '#kit/logger';
import { reservingWords, type ReservingWords } from './domain/reserving.ts';
import { awaitsResult, resultSoughtMs } from './domain/start-result.ts';
import { completed, requestedAgain, requestedCommand, resulted, sent, type Command } from './domain/command.ts';

/** A command with the words of its first request, which a second one repeats, and with its end and what came of it. */
export type Entry = {
  readonly command: Command;
  readonly request: CommandRequested;
  readonly completion: CommandCompleted | undefined;
  readonly result: CommandResulted | undefined;
};

/** completion: the station's answer, or that there is none. result: what came of it, too, where that is another thing. */
export type Awaited = 'completion' | 'result';

export type CommandBookOptions = {
  readonly logger: Logger;
  /** Something about a command of this station changed that may ask for a decision. */
  onChange(stationKey: string): void;
  /** A command was completed, for the first time. */
  onCompleted(entry: Entry, completion: CommandCompleted): void;
};

/** A completed command is remembered until it would have expired anyway: a late repeat of it must not open it again. */
const forgetAfterMs = 60_000;
/** A start is remembered longer: the next one is not the transaction that this one became. */
const forgetStartAfterMs = 60 * 60_000;
/** What reserves is remembered as long as its reservation lasts, at most as long as the log does. */
const reservingKeptMsMax = 7 * 86_400_000;

export class CommandBook {
  readonly #entries = new Map<string, Entry>();
  readonly #idsByStation = new Map<string, Set<string>>();
  /** Starts whose result nobody knows yet. */
  readonly #awaited = new Set<string>();
  /** What accepted commands reserved, by their id. */
  readonly #reserved = new Map<string, ReservingWords>();
  readonly #waiters = new Map<string, Set<(entry: Entry) => void>>();
  #waiting = 0;
  readonly #options: CommandBookOptions;

  constructor(options: CommandBookOptions) {
    this.#options = options;
  }

  get(commandId: string): Entry | undefined {
    return this.#entries.get(commandId);
  }

  /** Commands of a station that are not completed. */
  openOf(key: string): Entry[] {
    return [...(this.#idsByStation.get(key) ?? [])].flatMap((id) => {
      const entry = this.#entries.get(id);
      return entry === undefined || entry.command.life.phase === 'completed' ? [] : [entry];
    });
  }

  stations(): Iterable<string> {
    return this.#idsByStation.keys();
  }

  /** Starts that ended as accepted or unknown, and of which nothing came yet. */
  awaited(): Entry[] {
    return [...this.#awaited].flatMap((id) => this.#entries.get(id) ?? []);
  }

  /** Transactions that starts of this station became, as far as they are remembered. */
  takenOf(key: string): ReadonlySet<string> {
    const ids = [...(this.#idsByStation.get(key) ?? [])];
    return new Set(ids.flatMap((id) => this.#entries.get(id)?.result?.transactionId ?? []));
  }

  /** The words of the newest command that made this reservation; undefined where the log has forgotten them. */
  reservationOf(key: string, reservationId: number): ReservingWords | undefined {
    const made = [...(this.#idsByStation.get(key) ?? [])].flatMap((id) => this.#reserved.get(id) ?? []);
    return made.findLast((words) => words.reservationId === reservationId);
  }

  /** Resolves once the command is completed, or what came of it is known; at the latest after waitMs. */
  until(what: Awaited, commandId: string, waitMs: number): Promise<void> {
    const known = this.#entries.get(commandId);
    if (known !== undefined && isThere(what, known)) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = this.#waiters.get(commandId) ?? new Set();
      this.#waiters.set(commandId, waiting);
      this.#waiting += 1;
      const settle = (entry?: Entry): void => {
        if (entry !== undefined && !isThere(what, entry)) return;
        clearTimeout(timer);
        if (!waiting.delete(settle)) return;
        this.#waiting -= 1;
        if (waiting.size === 0) this.#waiters.delete(commandId);
        resolve();
      };
      const timer = setTimeout(() => settle(), waitMs);
      waiting.add(settle);
    });
  }

  /** How many wait for a completion. */
  get waiting(): number {
    return this.#waiting;
  }

  onRecord(record: LogRecord): void {
    if (record.value === null) return;
    try {
      const decoded = decodeRecord(record.value);
      if (decoded.type === 'CommandRequested') this.#requested(decoded, record.offset);
      else if (decoded.type === 'CommandSent') {
        const { connectionEpoch: epoch, gatewayId, action, sentAt } = decoded;
        this.#change(decoded.commandId, (command) => sent(command, { epoch, gatewayId, action, sentAt }));
      } else if (decoded.type === 'CommandCompleted') this.#completed(decoded);
      else if (decoded.type === 'CommandResulted') this.#resulted(decoded);
    } catch (error) {
      this.#options.logger.error({ err: error, offset: record.offset }, 'unreadable command record');
    }
  }

  /** Drops what is completed and could not be executed any more. */
  forget(nowMs: number): void {
    for (const [id, { command }] of this.#entries) {
      const { life, intent } = command;
      if (life.phase !== 'completed') continue;
      if (this.#awaited.has(id) && nowMs < life.completedAt + resultSoughtMs) continue;
      if (this.#isReserving(command, nowMs)) continue;
      const keptMs = intent === 'StartCharging' ? forgetStartAfterMs : forgetAfterMs;
      if (nowMs < Math.max(command.expiresAt, life.completedAt) + keptMs) continue;
      this.#entries.delete(id);
      this.#awaited.delete(id);
      this.#reserved.delete(id);
      const key = stationKey(command.tenantId, command.stationId);
      const ids = this.#idsByStation.get(key);
      ids?.delete(id);
      if (ids?.size === 0) this.#idsByStation.delete(key);
    }
  }

  #isReserving({ commandId, requestedAt }: Command, nowMs: number): boolean {
    const reserved = this.#reserved.get(commandId);
    if (reserved === undefined) return false;
    return nowMs < Math.min(reserved.expiresAt ?? 0, requestedAt + reservingKeptMsMax);
  }

  #requested(request: CommandRequested, offset: number): void {
    const { commandId, tenantId, stationId } = request;
    if (this.#entries.has(commandId)) {
      this.#change(commandId, (command) => requestedAgain(command, request));
      return;
    }
    const key = stationKey(tenantId, stationId);
    this.#entries.set(commandId, {
      command: requestedCommand(request, offset),
      request,
      completion: undefined,
      result: undefined,
    });
    const ids = this.#idsByStation.get(key);
    if (ids === undefined) this.#idsByStation.set(key, new Set([commandId]));
    else ids.add(commandId);
    this.#options.onChange(key);
  }

  #completed(completion: CommandCompleted): void {
    const { commandId } = completion;
    const changed = this.#change(commandId, (command) => completed(command, completion));
    if (changed === undefined) return;
    const entry = { ...changed, completion };
    this.#entries.set(commandId, entry);
    if (awaitsResult(entry.command)) this.#awaited.add(commandId);
    const reserved = completion.outcome === 'accepted' ? reservingWords(entry.request) : undefined;
    if (reserved !== undefined) this.#reserved.set(commandId, reserved);
    this.#options.onCompleted(entry, completion);
    this.#tellWaiting(entry);
  }

  #resulted(result: CommandResulted): void {
    const { commandId } = result;
    const changed = this.#change(commandId, resulted);
    if (changed === undefined) return;
    const entry = { ...changed, result };
    this.#entries.set(commandId, entry);
    this.#awaited.delete(commandId);
    this.#tellWaiting(entry);
  }

  #tellWaiting(entry: Entry): void {
    for (const settle of this.#waiters.get(entry.command.commandId) ?? []) settle(entry);
  }

  #change(commandId: string, change: (command: Command) => Command): Entry | undefined {
    const entry = this.#entries.get(commandId);
    if (entry === undefined) return undefined;
    const command = change(entry.command);
    if (command === entry.command) return undefined;
    const changed = { ...entry, command };
    this.#entries.set(commandId, changed);
    this.#options.onChange(stationKey(command.tenantId, command.stationId));
    return changed;
  }
}

function isThere(what: Awaited, { command, completion, result }: Entry): boolean {
  if (completion === undefined) return false;
  return what === 'completion' || result !== undefined || !awaitsResult(command);
}
