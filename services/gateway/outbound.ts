// The path of our CALLs to a station: one in flight, driver's commands before maintenance, in numbered steps.
import { encodeRecord } from '#contracts/codec';
import { isIntent, type IntentParameters, type Intent } from '#contracts/commands';
import type { CommandOutcome, CommandRequested } from '#contracts/generated/types';
import { remoteStartIdOf } from '#contracts/keys';
import { guardOf } from '#contracts/ocpp';
import type { Connection } from './connection.ts';
import { encodeCall, type Frame } from './domain/frame.ts';
import { outcomeOfError, type Call, type IntentRow, type Outcome } from './domain/intent.ts';
import { redactedJson } from './domain/redaction.ts';
import { triggeredBy } from './domain/triggered.ts';
import { appendEvents } from './inbound.ts';
import { commandsDone, frameFaults } from './metrics.ts';

type Answer = Extract<Frame, { kind: 'result' | 'error' }>;
type Settled = Answer | { readonly kind: 'timeout' } | { readonly kind: 'closed' };
type Done = Outcome & { readonly answer: string | null };

/** Commands of one station that may wait; one more is completed as failed at once. */
const commandsWaitingMax = 32;
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
  #call: { id: string; settle(settled: Settled): void } | undefined;
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
      void this.#complete(command, {
        outcome: 'failed',
        detail: 'too many commands wait for this station',
        answer: null,
      });
      return;
    }
    this.#waiting.push(command);
    if (!this.#busy) void this.#work();
  }

  /** Whether a CALL of ours asked for the action on this connection. */
  hasTriggered(action: string): boolean {
    return this.#triggered?.has(action) === true;
  }

  /** The station's answer to our CALL; false where nobody waits for it (late, doubled or invented). */
  answered(answer: Answer): boolean {
    if (this.#call?.id !== answer.id) return false;
    this.#call.settle(answer);
    return true;
  }

  /** The socket is gone: what was sent is left to the stations service (unknown), what was not is asked for again there. */
  closed(): void {
    this.#waiting.length = 0;
    this.#call?.settle({ kind: 'closed' });
  }

  #isKnown(commandId: string): boolean {
    const known = (this.#known ??= new Set());
    if (known.has(commandId)) return true;
    const [oldest] = known;
    if (known.size >= commandsKnownMax && oldest !== undefined) known.delete(oldest);
    known.add(commandId);
    return false;
  }

  async #work(): Promise<void> {
    this.#busy = true;
    for (let command = this.#next(); command !== undefined; command = this.#next()) {
      try {
        await this.#execute(command);
      } catch (error) {
        this.#connection.parts.logger.error(
          { err: error, commandId: command.commandId },
          'command not carried through',
        );
      }
    }
    this.#busy = false;
  }

  #next(): CommandRequested | undefined {
    const driver = this.#waiting.findIndex(({ lane }) => lane === 'driver');
    return this.#waiting.splice(Math.max(driver, 0), 1)[0];
  }

  /**
   * A crash before 2: nothing was sent; the stations service asks again under the next epoch. Between 2 and 4: sent or
   * not, nobody knows, so it becomes unknown and is never resent. After 4 the outcome is in the log.
   */
  async #execute(command: CommandRequested): Promise<void> {
    const { parts, open } = this.#connection;
    if (!open) return;
    // 1. Still wanted, and possible in this version?
    if (parts.now() >= command.expiresAt)
      return this.#complete(command, { outcome: 'expired', detail: null, answer: null });
    if (!isIntent(command.intent))
      return this.#complete(command, { outcome: 'notSupported', detail: `no intent ${command.intent}`, answer: null });
    // No remote start or stop before the station is accepted (1.6 4.2, 2.x B02.FR.05).
    const isRemoteTransaction = command.intent === 'StartCharging' || command.intent === 'StopCharging';
    if (isRemoteTransaction && !this.#connection.accepted)
      return this.#complete(command, { outcome: 'rejected', detail: 'the station is not accepted yet', answer: null });
    const row = this.#connection.dialect.intents[command.intent] as IntentRow<Intent>;
    const context = { station: this.#connection.station, number: remoteStartIdOf(command.commandId) };
    const plan = row.plan(JSON.parse(command.parametersJson) as IntentParameters, context);
    if ('impossible' in plan)
      return this.#complete(command, { outcome: 'notSupported', detail: plan.impossible, answer: null });
    let done: Done | undefined;
    for (const call of plan.calls) {
      done = await this.#exchange(command, row, call);
      if (done?.outcome !== 'accepted') break;
    }
    // 4. Its outcome. Nothing is said where the connection ended: the stations service says unknown.
    if (done !== undefined) await this.#complete(command, done);
  }

  /** One CALL and its answer; undefined where the connection ended meanwhile. */
  async #exchange(command: CommandRequested, row: IntentRow<Intent>, call: Call): Promise<Done | undefined> {
    const { dialect, parts } = this.#connection;
    const violation = guardOf(dialect.version, call.action, 'Request')?.(call.payload);
    if (violation !== undefined)
      return {
        outcome: 'failed',
        detail: `not valid in OCPP ${dialect.version}: ${violation.path} ${violation.message}`,
        answer: null,
      };
    const id = `${this.#connection.epoch ?? 0}-${parts.gatewayId.slice(-6)}-${(this.#count++).toString(36)}`;
    // 2. CommandSent is acknowledged before the frame is written.
    await this.#append('CommandSent', {
      ...this.#headOf(command),
      connectionEpoch: command.connectionEpoch,
      gatewayId: parts.gatewayId,
      messageId: id,
      action: call.action,
      sentAt: parts.now(),
    });
    // A slow log must not start a charge after whoever wanted it gave up.
    if (parts.now() >= command.expiresAt)
      return { outcome: 'expired', detail: `${call.action} was not sent in time`, answer: null };
    // 3. Write the frame, wait for the answer.
    const triggered = triggeredBy(call);
    if (triggered !== undefined) (this.#triggered ??= new Set()).add(triggered);
    const settled = await this.#callStation(id, call);
    switch (settled.kind) {
      case 'closed':
        return undefined;
      case 'timeout':
        return { outcome: 'unknown', detail: `no answer within ${parts.config.callTimeoutMs} ms`, answer: null };
      case 'error':
        return { ...outcomeOfError(settled.code, settled.description), answer: null };
      case 'result':
        return this.#readAnswer(row, call, settled.payload);
    }
  }

  async #readAnswer(row: IntentRow<Intent>, call: Call, payload: unknown): Promise<Done> {
    const answer = redactedJson(call.action, payload);
    const violation = guardOf(this.#connection.dialect.version, call.action, 'Response')?.(payload);
    if (violation !== undefined) {
      frameFaults.inc({ reason: 'invalid-answer' });
      return {
        outcome: 'failed',
        detail: `the station's answer is not valid: ${violation.path} ${violation.message}`,
        answer,
      };
    }
    const facts = row.facts?.(payload as never, (occurredAt) => this.#connection.meta(occurredAt, null)) ?? [];
    if (facts.length > 0) await appendEvents(this.#connection, facts);
    return { ...row.outcome(payload as never), answer };
  }

  #callStation(id: string, call: Call): Promise<Settled> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle({ kind: 'timeout' }), this.#connection.parts.config.callTimeoutMs);
      const settle = (settled: Settled): void => {
        clearTimeout(timer);
        this.#call = undefined;
        resolve(settled);
      };
      this.#call = { id, settle };
      if (this.#connection.open) this.#connection.send(encodeCall(id, call.action, call.payload));
      else settle({ kind: 'closed' });
    });
  }

  async #complete(command: CommandRequested, done: Done): Promise<void> {
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
