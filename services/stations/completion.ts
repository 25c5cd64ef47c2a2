// Process: completes what no gateway completes, and asks again under the live connection for what was never sent.
import { encodeRecord } from '#contracts/codec';
import type { CommandCompleted, CommandRequested } from '#contracts/generated/types';
import { partitionOf, stationKey } from '#contracts/keys';
import type { TopicSpec, AppendRecord, LogWriter } from '#kit/event-log/types';
import type { Closable } from '#kit/lifecycle';
import { failpoint } from '#kit/failpoint';
import type { Logger } from '#kit/logger';
import type { CommandBook, Entry } from './command-book.ts';
import { byStations } from './domain/command.ts';
import { decideCommand, type Decision } from './domain/completion.ts';
import { supersededIn } from './domain/supersession.ts';
import { decisions } from './metrics.ts';
import type { PresenceBook } from './presence-book.ts';

export type CompletionOptions = {
  readonly commands: CommandBook;
  readonly presence: PresenceBook;
  readonly topic: TopicSpec;
  readonly log: LogWriter;
  readonly logger: Logger;
  readonly tickMs: number;
  /** Whether this instance decides. */
  leads(): boolean;
  /** Resolves when both books hold everything that was appended before the call. */
  readToEnd(): Promise<void>;
  now(): number;
};

type Made = { readonly entry: Entry; readonly decision: Decision };

export class Completion implements Closable {
  readonly #options: CompletionOptions;
  readonly #asked = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  #working: Promise<void> | undefined;
  #closed = false;

  constructor(options: CompletionOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), options.tickMs);
  }

  /** A command or the connection of this station changed. */
  look(key: string): void {
    if (this.#closed) return;
    this.#asked.add(key);
    this.#working ??= this.#work();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#asked.clear();
    await this.#working;
  }

  #tick(): void {
    this.#options.commands.forget(this.#options.now());
    for (const key of this.#options.commands.stations()) this.#asked.add(key);
    if (this.#asked.size > 0) this.#working ??= this.#work();
  }

  async #work(): Promise<void> {
    try {
      // A batch of records asks for many stations at once: they are decided together, after the batch.
      await new Promise((resolve) => setImmediate(resolve));
      while (this.#asked.size > 0 && !this.#closed) {
        const keys = [...this.#asked];
        this.#asked.clear();
        if (this.#options.leads()) await this.#decide(keys);
      }
    } catch (error) {
      // The next tick decides again: the same decision has the same id.
      this.#options.logger.warn({ err: error }, 'commands not decided');
    } finally {
      this.#working = undefined;
    }
  }

  /**
   * 1. Is there something to decide? 2. Read both topics to their end, so that nothing already said is overlooked.
   * 3. Decide on what is known then. 4. Append. A crash after 4 decides the same again; readers take the first.
   */
  async #decide(keys: readonly string[]): Promise<void> {
    if (this.#decisionsFor(keys).length === 0) return;
    await this.#options.readToEnd();
    const made = this.#decisionsFor(keys);
    await Promise.all(made.map(({ entry, decision }) => this.#append(entry, decision)));
    // What was appended is in the book before the next round looks at it.
    if (made.length > 0) await this.#options.readToEnd();
  }

  #decisionsFor(keys: readonly string[]): Made[] {
    const { commands, presence, now } = this.#options;
    const nowMs = now();
    return keys.flatMap((key) => {
      const claim = presence.claim(key);
      const open = commands.openOf(key);
      const superseded = supersededIn(open);
      return open.flatMap((entry) => {
        const decision = decideCommand(entry.command, claim, nowMs, superseded.get(entry.command.commandId));
        return decision === undefined ? [] : [{ entry, decision }];
      });
    });
  }

  async #append({ command, request }: Entry, decision: Decision): Promise<void> {
    const { topic, log, now, logger } = this.#options;
    const key = stationKey(command.tenantId, command.stationId);
    const record =
      decision.kind === 'complete' ? completedRecord(request, decision, now()) : againRecord(request, decision);
    decisions.inc({ decision: decision.kind === 'complete' ? decision.outcome : 'requested-again' });
    const undecided = failpoint('stations.before-decision');
    if (undecided !== undefined) await undecided;
    await log.append(topic.name, partitionOf(key, topic.partitions), [{ key, ...record }]);
    logger.info({ commandId: command.commandId, stationId: command.stationId, decision }, 'command decided');
  }
}

function completedRecord(
  { tenantId, stationId, commandId }: CommandRequested,
  { outcome, detail }: Extract<Decision, { kind: 'complete' }>,
  nowMs: number,
): Omit<AppendRecord, 'key'> {
  const completion: CommandCompleted = {
    eventId: `${commandId}.completed-by-stations`,
    tenantId,
    stationId,
    commandId,
    outcome,
    detail,
    answerJson: null,
    completedAt: nowMs,
    completedBy: byStations,
  };
  return { type: 'CommandCompleted', value: encodeRecord('CommandCompleted', completion) };
}

function againRecord(
  request: CommandRequested,
  { connectionEpoch }: Extract<Decision, { kind: 'request-again' }>,
): Omit<AppendRecord, 'key'> {
  const again = { ...request, eventId: `${request.commandId}.requested-for-${connectionEpoch}`, connectionEpoch };
  return { type: 'CommandRequested', value: encodeRecord('CommandRequested', again) };
}
