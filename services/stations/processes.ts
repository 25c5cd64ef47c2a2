// Starts what decides: the books that follow the log, and over them the completion of commands, the lease timer and the reservation timer.
import type { Topics } from '#contracts/topics';
import type { LogWriter } from '#kit/event-log/types';
import { Leadership } from '#kit/leadership';
import type { Lifecycle } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import type { Database } from '#kit/postgres';
import type { CommandCompleted } from '#contracts/generated/types';
import { CommandBook, type Entry } from './command-book.ts';
import { Completion } from './completion.ts';
import type { StationsConfig } from './config.ts';
import { LeaseTimer } from './lease-timer.ts';
import { openLogReader } from '#kit/event-log/reader';
import { logSettings } from './config.ts';
import { openFollower } from './log-follower.ts';
import { commandLatencySeconds, commandsCompleted } from './metrics.ts';
import { PresenceBook } from './presence-book.ts';
import type { RefOf } from './domain/shown-parameters.ts';
import { StartResults } from './start-results.ts';
import { ReservationResender, type ReservationResenderOptions } from './reservation-resender.ts';
import { ReservationTimer } from './reservation-timer.ts';

export type ProcessesOptions = {
  readonly config: StationsConfig;
  readonly topics: Topics;
  readonly database: Database;
  readonly log: LogWriter;
  readonly logger: Logger;
  readonly lifecycle: Lifecycle;
  readonly refOf: RefOf;
};

export type Processes = { readonly commands: CommandBook; readonly presence: PresenceBook; leads(): boolean };

/** Resolves when both books hold what stands in the log; the processes run from then on, in the instance that leads. */
export async function startProcesses(options: ProcessesOptions): Promise<Processes> {
  const { config, topics, database, log, logger, lifecycle, refOf } = options;
  const now = Date.now;
  const leadership = new Leadership(database, 'stations.processes', logger);
  const leads = (): boolean => leadership.leads;
  const running: { completion?: Completion } = {};
  const onChange = (key: string): void => running.completion?.look(key);
  // One instance counts, and not what it reads again after a start.
  const onCompleted = (entry: Entry, end: CommandCompleted): void => {
    if (running.completion !== undefined && leads()) countCompleted(entry, end);
  };
  const commands = new CommandBook({ logger, onChange, onCompleted });
  const presence = new PresenceBook({ logger, now, onChange });
  const follow = (topic: string, book: CommandBook | PresenceBook) =>
    openFollower({
      brokers: config.brokers,
      clientId: 'stations-processes',
      topic,
      logger,
      onRecord: (record) => book.onRecord(record),
    });
  const commandsLog = lifecycle.add('commands book', await follow(topics.commands.name, commands));
  const presenceLog = lifecycle.add('presence book', await follow(topics.presence.name, presence));
  const readPresence = (): Promise<void> => presenceLog.readToEnd();
  const readBoth = async (): Promise<void> => {
    await Promise.all([presenceLog.readToEnd(), commandsLog.readToEnd()]);
  };
  await readBoth();
  commands.forget(now());
  lifecycle.add('leadership', leadership);
  const { tickMs, leaseTimeoutMs } = config;
  const decider = { presence, log, logger, tickMs, leads, now };
  const completing = { ...decider, commands, topic: topics.commands, readToEnd: readBoth };
  running.completion = lifecycle.add('completion', new Completion(completing));
  lifecycle.add(
    'lease timer',
    new LeaseTimer({ ...decider, leaseTimeoutMs, topics, database, readToEnd: readPresence }),
  );
  const { connectionTimeoutSeconds } = config;
  const eventsEnd = await endsOf(options);
  const resulting = {
    commands,
    presence,
    topics,
    database,
    log,
    logger,
    tickMs,
    connectionTimeoutSeconds,
    refOf,
    leads,
    now,
  };
  const readToEnd = (): Promise<void> => commandsLog.readToEnd();
  lifecycle.add('start results', new StartResults({ ...resulting, readToEnd, eventsEnd }));
  const reserving = { topics, database, log, logger, tickMs, leads, now };
  startReservations({ ...reserving, commands, presence, readToEnd: readBoth }, lifecycle);
  return { commands, presence, leads };
}

function startReservations(options: ReservationResenderOptions, lifecycle: Lifecycle): void {
  lifecycle.add('reservation timer', new ReservationTimer(options));
  lifecycle.add('reservation resender', new ReservationResender(options));
}

/** A reader of charging.events that reads nothing: it is asked for the ends alone. */
async function endsOf({ config, topics, logger, lifecycle }: ProcessesOptions) {
  const { brokers } = config;
  const opening = { ...logSettings, brokers, clientId: 'stations-ends', topic: topics.events.name };
  const reader = lifecycle.add('ends', await openLogReader({ ...opening, onLost: () => undefined }, logger));
  return () => reader.endOffsets();
}

function countCompleted({ command }: Entry, { outcome, completedAt }: CommandCompleted): void {
  commandsCompleted.inc({ intent: command.intent, outcome });
  commandLatencySeconds.observe({ intent: command.intent }, Math.max(0, completedAt - command.requestedAt) / 1000);
}
