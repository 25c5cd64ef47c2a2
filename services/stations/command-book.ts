// The commands that are not over yet: the commands topic in memory, for the process that completes them and for who waits.
import { decodeRecord } from '#contracts/codec';
import type { CommandCompleted, CommandRequested } from '#contracts/generated/types';
import { stationKey } from '#contracts/keys';
import type { LogRecord } from '#kit/event-log/types';
import type { Logger } from '#kit/logger';
import { completed, requestedAgain, requestedCommand, sent, type Command } from './domain/command.ts';

/** A command with the words of its first request, which a second one repeats, and with its end. */
export type Entry = {
  readonly command: Command;
  readonly request: CommandRequested;
  readonly completion: CommandCompleted | undefined;
};

export type CommandBookOptions = {
  readonly logger: Logger;
  /** Something about a command of this station changed that may ask for a decision. */
  onChange(stationKey: string): void;
  /** A command was completed, for the first time. */
  onCompleted(entry: Entry, completion: CommandCompleted): void;
};

/** A completed command is remembered until it would have expired anyway: a late repeat of it must not open it again. */
const forgetAfterMs = 60_000;

export class CommandBook {
  readonly #entries = new Map<string, Entry>();
  readonly #idsByStation = new Map<string, Set<string>>();
  readonly #waiters = new Map<string, Set<() => void>>();
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

  /** Resolves once the command is completed, at the latest after waitMs. */
  completed(commandId: string, waitMs: number): Promise<void> {
    if (this.#entries.get(commandId)?.completion !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = this.#waiters.get(commandId) ?? new Set();
      this.#waiters.set(commandId, waiting);
      this.#waiting += 1;
      const settle = (): void => {
        clearTimeout(timer);
        if (!waiting.delete(settle)) return;
        this.#waiting -= 1;
        if (waiting.size === 0) this.#waiters.delete(commandId);
        resolve();
      };
      const timer = setTimeout(settle, waitMs);
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
    } catch (error) {
      this.#options.logger.error({ err: error, offset: record.offset }, 'unreadable command record');
    }
  }

  /** Drops what is completed and could not be executed any more. */
  forget(nowMs: number): void {
    for (const [id, { command }] of this.#entries) {
      if (command.life.phase !== 'completed' || nowMs < command.expiresAt + forgetAfterMs) continue;
      this.#entries.delete(id);
      const key = stationKey(command.tenantId, command.stationId);
      const ids = this.#idsByStation.get(key);
      ids?.delete(id);
      if (ids?.size === 0) this.#idsByStation.delete(key);
    }
  }

  #requested(request: CommandRequested, offset: number): void {
    const { commandId, tenantId, stationId } = request;
    if (this.#entries.has(commandId)) {
      this.#change(commandId, (command) => requestedAgain(command, request));
      return;
    }
    const key = stationKey(tenantId, stationId);
    this.#entries.set(commandId, { command: requestedCommand(request, offset), request, completion: undefined });
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
    this.#options.onCompleted(entry, completion);
    for (const settle of this.#waiters.get(commandId) ?? []) settle();
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
