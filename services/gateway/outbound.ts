// The path of our CALLs to a station: one in flight, driver's commands before maintenance, in numbered steps.
import { encodeRecord } from '#contracts/codec';
import { isIntent } from '#contracts/commands';
import type { CommandOutcome, CommandRequested } from '#contracts/generated/types';
import { failpoint } from '#kit/failpoint';
import { announce, type Announcement } from './announcement.ts';
import { readAnswer } from './answers.ts';
import { ended, planCommand, type Done } from './command-plan.ts';
import type { Connection } from './connection.ts';
import { encodeCall, type Frame } from './domain/frame.ts';
import { outcomeOfError } from './domain/call.ts';
import type { Call } from './domain/intent.ts';
import { triggeredBy } from './domain/triggered.ts';
import { commandsDone, frameFaults } from './metrics.ts';
import { passwordOfCommand } from './password-of-command.ts';
import { noteSent } from './note-exchange.ts';

type Answer = Extract<Frame, { kind: 'result' | 'error' }> | { readonly kind: 'unreadable'; readonly id: string };
type Settled = Answer | { readonly kind: 'timeout' } | { readonly kind: 'closed' };

/** The command that is being carried through. */
type Flight = {
  readonly commandId: string;
  /** The log says that it is over, or asked for under a newer connection: no further frame of it goes out. */
  withdrawn: boolean;
  announcement: Announcement | undefined;
  call: { readonly id: string; settle(settled: Settled, text: string | null): void } | undefined;
};

/** Commands of one station that may wait, more than the stations service lets stand open (50); one more fails at once. */
const commandsWaitingMax = 64;
/** Commands of one connection that are remembered, so that a doubled request is executed once; oldest out. */
const commandsKnownMax = 256;

export class Outbound {
  readonly #connection: Connection;
  readonly #waiting: CommandRequested[] = [];
  /** Made with the first command: most connections never get one. */
  #known: Set<string> | undefined;
  /** Actions that we asked the station for; made with the first. */
  #triggered: Set<string> | undefined;
  #busy = false;
  #flight: Flight | undefined;
  #count = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** A command of ours is being carried through. */
  get busy(): boolean {
    return this.#busy;
  }

  /** A command for exactly this connection. A process that crashed between appending and knowing it asks twice. */
  request(command: CommandRequested): void {
    if (this.#isKnown(command.commandId)) {
      frameFaults.inc({ reason: 'repeated-command' });
      return;
    }
    if (this.#waiting.length >= commandsWaitingMax) {
      const refusal = ended('failed', 'too many commands wait for this station');
      this.#complete(command, refusal).catch((error: unknown) => this.#notCarriedThrough(command, error));
      return;
    }
    this.#waiting.push(command);
    if (!this.#busy) void this.#work();
  }

  /** Whether a CALL of ours asked for the action on this connection. */
  hasTriggered(action: string): boolean {
    return this.#triggered?.has(action) === true;
  }

  /** Our CommandSent came back from the log, after everything that stands before it. */
  readBack(messageId: string): void {
    const announcement = this.#flight?.announcement;
    if (announcement?.messageId === messageId) announcement.settle('sent');
  }

  /** The log says that the command is over, or is asked for under a newer connection. */
  withdraw(commandId: string): void {
    const waiting = this.#waiting.findIndex((command) => command.commandId === commandId);
    if (waiting >= 0) this.#waiting.splice(waiting, 1);
    if (this.#flight?.commandId !== commandId) return;
    this.#flight.withdrawn = true;
    this.#flight.announcement?.settle('withdrawn');
  }

  /** The station's answer to our CALL; false where nobody waits for it (late, doubled or invented). */
  answered(answer: Answer, text: string): boolean {
    const call = this.#flight?.call;
    if (call?.id !== answer.id) return false;
    call.settle(answer, text);
    return true;
  }

  /** The socket is gone: what was sent is left to the stations service (unknown), what was not is asked for again there. */
  closed(): void {
    this.#waiting.length = 0;
    this.#flight?.announcement?.settle('withdrawn');
    this.#flight?.call?.settle({ kind: 'closed' }, null);
  }

  #isKnown(commandId: string): boolean {
    const known = (this.#known ??= new Set());
    if (known.has(commandId)) return true;
    const [oldest] = known;
    if (known.size >= commandsKnownMax && oldest !== undefined) known.delete(oldest);
    known.add(commandId);
    return false;
  }

  #notCarriedThrough({ commandId }: CommandRequested, error: unknown): void {
    this.#connection.parts.logger.error({ err: error, commandId }, 'command not carried through');
  }

  async #work(): Promise<void> {
    this.#busy = true;
    // Commands stay withdrawable while some models still have to boot.
    const booted = this.#connection.peer.untilCallable();
    if (booted !== undefined) await booted;
    for (let command = this.#next(); command !== undefined; command = this.#next()) {
      try {
        await this.#execute(command);
      } catch (error) {
        this.#notCarriedThrough(command, error);
      }
    }
    this.#busy = false;
  }

  #next(): CommandRequested | undefined {
    const driver = this.#waiting.findIndex(({ lane }) => lane === 'driver');
    return this.#waiting.splice(Math.max(driver, 0), 1)[0];
  }

  /**
   * A crash before 2: nothing was sent; the stations service asks again under the next epoch. Between 2 and 5: sent or
   * not, nobody knows, so it becomes unknown and is never resent (but reads are). After 5 the outcome is in the log.
   */
  async #execute(command: CommandRequested): Promise<void> {
    if (!this.#connection.open) return;
    const flight: Flight = { commandId: command.commandId, withdrawn: false, announcement: undefined, call: undefined };
    this.#flight = flight;
    try {
      const done = await this.#carry(command, flight);
      // 5. Its outcome. Nothing is said where the connection ended: the stations service says unknown.
      if (done !== undefined) await this.#complete(command, done);
    } finally {
      this.#flight = undefined;
    }
  }

  async #carry(command: CommandRequested, flight: Flight): Promise<Done | undefined> {
    const isRotation = command.intent === 'RotatePassword';
    const password = isRotation ? await passwordOfCommand(this.#connection, command) : '';
    if (typeof password !== 'string') return password;
    if (flight.withdrawn) return undefined;
    // 1. Still wanted, and possible in this version?
    const planned = planCommand(this.#connection, command, password);
    // 2-4, for each CALL.
    return 'outcome' in planned ? planned : this.#exchangeAll(command, planned.calls, flight);
  }

  /** One CALL after the other, ending at the first that is not accepted; the detail tells of each what it was about. */
  async #exchangeAll(command: CommandRequested, calls: readonly Call[], flight: Flight): Promise<Done | undefined> {
    const details: string[] = [];
    let done: Done | undefined;
    for (const [index, call] of calls.entries()) {
      done = await this.#exchange(command, call, flight);
      if (done === undefined) return undefined;
      if (done.detail !== null) details.push(call.about === undefined ? done.detail : `${call.about}: ${done.detail}`);
      if (done.outcome === 'accepted') continue;
      const left = calls.slice(index + 1).map(({ about, action }) => about ?? action);
      if (left.length > 0) details.push(`not sent: ${left.join(', ')}`);
      break;
    }
    return done && { ...done, detail: details.length === 0 ? null : details.join('; ') };
  }

  /** One CALL and its answer; undefined where the connection ended meanwhile, or the log withdrew the command. */
  async #exchange(command: CommandRequested, call: Call, flight: Flight): Promise<Done | undefined> {
    const { parts } = this.#connection;
    if (!this.#connection.open || flight.withdrawn) return undefined;
    const messageId = `${this.#connection.epoch ?? 0}-${parts.gatewayId.slice(-6)}-${(this.#count++).toString(36)}`;
    // 2. CommandSent is acknowledged before the frame is written, and 3. read back: what the log has before it decides.
    const announced = await this.#announce(command, { call, flight, messageId });
    if (announced === 'withdrawn') return undefined;
    // A slow log must not start a charge after whoever wanted it gave up.
    if (announced === 'late' || parts.now() >= command.expiresAt)
      return ended('expired', `${call.action} was not sent in time`);
    // 4. Write the frame, wait for the answer.
    const triggered = triggeredBy(call);
    if (triggered !== undefined) (this.#triggered ??= new Set()).add(triggered);
    const settled = await this.#callStation(messageId, call, flight);
    switch (settled.kind) {
      case 'closed':
        return undefined;
      case 'timeout':
        return ended('unknown', `no answer within ${parts.config.callTimeoutMs} ms`);
      case 'unreadable':
        return ended('failed', "the station's answer is no valid frame");
      case 'error':
        return { ...outcomeOfError(settled.code, settled.description), answer: null };
      case 'result':
        return readAnswer(this.#connection, call, settled);
    }
  }

  async #announce(
    command: CommandRequested,
    { call, flight, messageId }: { readonly call: Call; readonly flight: Flight; readonly messageId: string },
  ) {
    const { parts } = this.#connection;
    const unsent = failpoint('gateway.before-command-sent');
    if (unsent !== undefined) await unsent;
    const announcement = announce(messageId, command.expiresAt - parts.now());
    flight.announcement = announcement;
    try {
      await this.#append('CommandSent', {
        ...this.#headOf(command),
        connectionEpoch: command.connectionEpoch,
        gatewayId: parts.gatewayId,
        messageId,
        action: call.action,
        sentAt: parts.now(),
      });
      const unwritten = failpoint('gateway.after-command-sent');
      if (unwritten !== undefined) await unwritten;
      return await announcement.announced;
    } finally {
      announcement.settle('late');
      flight.announcement = undefined;
    }
  }

  #callStation(id: string, call: Call, flight: Flight): Promise<Settled> {
    return new Promise((resolve) => {
      const { config, now } = this.#connection.parts;
      const timer = setTimeout(() => settle({ kind: 'timeout' }, null), config.callTimeoutMs);
      const text = encodeCall(id, call.action, call.payload);
      const sent = { id, action: call.action, payload: call.payload, text, sentAt: now() };
      const settle = (settled: Settled, answer: string | null): void => {
        clearTimeout(timer);
        flight.call = undefined;
        resolve(settled);
        noteSent(this.#connection, sent, settled.kind === 'result' ? 'answered' : settled.kind, answer);
      };
      flight.call = { id, settle };
      if (this.#connection.open) this.#connection.send(text);
      else settle({ kind: 'closed' }, null);
    });
  }

  async #complete(command: CommandRequested, done: Done): Promise<void> {
    const uncompleted = failpoint('gateway.before-command-completed');
    if (uncompleted !== undefined) await uncompleted;
    commandsDone.inc({ intent: isIntent(command.intent) ? command.intent : 'unknown', outcome: done.outcome });
    const { parts } = this.#connection;
    await this.#append('CommandCompleted', {
      ...this.#headOf(command),
      outcome: done.outcome satisfies CommandOutcome,
      detail: done.detail,
      answerJson: done.answer,
      completedAt: parts.now(),
      completedBy: parts.gatewayId,
    });
  }

  #headOf(command: CommandRequested) {
    const { parts } = this.#connection;
    return {
      eventId: parts.newEventId(),
      tenantId: command.tenantId,
      stationId: command.stationId,
      commandId: command.commandId,
    };
  }

  async #append<T extends 'CommandSent' | 'CommandCompleted'>(
    type: T,
    value: Parameters<typeof encodeRecord<T>>[1],
  ): Promise<void> {
    const { parts, key, partition } = this.#connection;
    await parts.log.append(parts.topics.commands.name, partition, [{ key, type, value: encodeRecord(type, value) }]);
  }
}
