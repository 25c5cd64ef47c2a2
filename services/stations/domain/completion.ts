// What becomes of a command that no gateway completes: decided from its life, its station's connection and the time.
import { mayWait, onlyReads } from '#contracts/commands';
import type { CommandOutcome } from '#contracts/generated/types';
import { noConnection, type Command, type Sent } from './command.ts';

/** A station's connection as presence tells. `noticedAt`: when this process noticed, by its own clock. */
export type Presence = {
  readonly connectionEpoch: number;
  readonly connected: boolean;
  readonly accepted: boolean;
  readonly noticedAt: number;
};

export type Decision =
  | { readonly kind: 'complete'; readonly outcome: CommandOutcome; readonly detail: string }
  | { readonly kind: 'request-again'; readonly connectionEpoch: number };

/** A sent command without an answer for so long has an unknown outcome; gateways give up earlier (30 s by default). */
export const answerTimeoutMs = 60_000;
/** A gateway that received the answer just before its connection ended has so long to complete the command itself. */
export const endedGraceMs = 2_000;
/** A station whose connection ended after the command was requested has so long to come back before it is offline. */
export const comingBackMs = 10_000;
/** The holder of the connection expires what it has not sent; clocks differ, so this process says it later. */
export const expiryGraceMs = 2_000;

/**
 * Undefined: nothing is to be done now. The same inputs give the same decision on any instance.
 * @param supersededBy the command that replaces this one, where one does
 */
export function decideCommand(
  command: Command,
  presence: Presence | undefined,
  nowMs: number,
  supersededBy?: string,
): Decision | undefined {
  const { life } = command;
  switch (life.phase) {
    case 'requested':
      return decideUnsent(command, { presence, nowMs, supersededBy });
    case 'sent':
      return decideSent(command, life.sent, presence, nowMs);
    case 'completed':
      return undefined;
  }
}

type Situation = {
  readonly presence: Presence | undefined;
  readonly nowMs: number;
  readonly supersededBy: string | undefined;
};

function decideUnsent(command: Command, { presence, nowMs, supersededBy }: Situation): Decision | undefined {
  const epoch = presence?.connectionEpoch ?? noConnection;
  const isHeld = presence?.connected === true && epoch === command.connectionEpoch;
  if (nowMs >= command.expiresAt + (isHeld ? expiryGraceMs : 0)) {
    return { kind: 'complete', outcome: 'expired', detail: 'it was not sent to the station in time' };
  }
  // Its holder sends it; or whoever requested it knew a newer connection than we do.
  if (isHeld || epoch < command.connectionEpoch) return undefined;
  // Nobody holds it: what waits, or is asked for again, is the newest of its kind alone.
  if (supersededBy !== undefined) return replaced(supersededBy);
  return isReady(presence) ? { kind: 'request-again', connectionEpoch: epoch } : decideAway(command, presence, nowMs);
}

function isReady(presence: Presence | undefined): boolean {
  return presence?.connected === true && presence.accepted;
}

function replaced(by: string): Decision {
  return { kind: 'complete', outcome: 'superseded', detail: `the newer command ${by} replaces it` };
}

/** No connection that could carry it out. */
function decideAway(command: Command, presence: Presence | undefined, nowMs: number): Decision | undefined {
  // Doing it later is what its operator wants.
  if (mayWait(command.intent)) return undefined;
  // Its gateway was stopped or its line broke a moment ago: stations come back, and what was not sent is sent then.
  const wasConnected = command.connectionEpoch !== noConnection;
  if (wasConnected && presence !== undefined && nowMs < presence.noticedAt + comingBackMs) return undefined;
  // 1.6 4.2, 2.x B02: it is there, and may not work yet.
  if (presence?.connected === true)
    return { kind: 'complete', outcome: 'notAccepted', detail: 'the station is connected, but not accepted' };
  return { kind: 'complete', outcome: 'offline', detail: 'the station is not connected' };
}

function decideSent(command: Command, sent: Sent, presence: Presence | undefined, nowMs: number): Decision | undefined {
  const answerMs = nowMs - sent.lastAt;
  const isOver =
    // No presence, or one older than the connection it was sent on: that connection's claim has yet to be read.
    presence !== undefined &&
    presence.connectionEpoch >= sent.epoch &&
    (presence.connectionEpoch > sent.epoch || !presence.connected);
  if (isOver && onlyReads(command.intent)) return decideRead(command, sent, presence, nowMs);
  if (answerMs >= answerTimeoutMs) return unknown('the station did not answer in time');
  if (!isOver || !isGraceOver(sent, presence, nowMs)) return undefined;
  return unknown('the connection ended without an answer');
}

/** A read does no harm twice: it is asked for again under the next connection, as long as somebody may wait for it. */
function decideRead(command: Command, sent: Sent, presence: Presence, nowMs: number): Decision | undefined {
  if (!isGraceOver(sent, presence, nowMs)) return undefined;
  if (nowMs >= command.expiresAt) return unknown('the connection ended without an answer');
  const { connectionEpoch, connected, accepted } = presence;
  const isElsewhere = connected && accepted && connectionEpoch > sent.epoch;
  return isElsewhere ? { kind: 'request-again', connectionEpoch } : undefined;
}

function isGraceOver(sent: Sent, { noticedAt }: Presence, nowMs: number): boolean {
  return nowMs >= Math.max(noticedAt, sent.lastAt) + endedGraceMs;
}

function unknown(why: string): Decision {
  return { kind: 'complete', outcome: 'unknown', detail: `it was sent, and ${why}` };
}
