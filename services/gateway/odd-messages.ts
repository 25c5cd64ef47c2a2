// A message that broke its schema: understood all the same, or answered although nobody can read it; told and counted.
import type { ChargingEvent, Meta } from '#contracts/generated/types';
import type { Guard, Violation } from '#contracts/ocpp';
import type { RequestFrame } from './check.ts';
import type { Connection } from './connection.ts';
import { isTransactional, replyAnyway } from './domain/quirks/transactions.ts';
import { understand, type Understood } from './domain/quirks/understand.ts';
import { redactedJson } from './domain/redaction.ts';
import { quirks as counted } from './metrics.ts';

/** What was odd about a message that is served. */
export type Oddity = {
  readonly quirks: readonly string[];
  /** Parts were not readable: the message is kept whole beside its facts. */
  readonly lossy: boolean;
};

/** Of a frame whose payload is valid. */
export function oddityOfFrame(frame: RequestFrame): Oddity | undefined {
  return frame.kind === 'send' || frame.odd === undefined ? undefined : { quirks: [frame.odd], lossy: false };
}

/** What the message means, by the rules for its version, action and device. */
export function understandOdd(
  connection: Connection,
  frame: RequestFrame,
  { violation, guard }: { readonly violation: Violation; readonly guard: Guard },
): Understood {
  const { dialect, peer } = connection;
  const { action, payload } = frame;
  const odd = oddityOfFrame(frame)?.quirks ?? [];
  // Of a text nobody can read no member is told, and none is made up.
  if (odd.includes('unreadable-json')) return { kind: 'not-understood', violation, quirks: odd, lossy: false };
  const understood = understand({ version: dialect.version, action, payload, violation, guard, device: peer.device });
  return odd.length === 0 ? understood : { ...understood, quirks: [...odd, ...understood.quirks] };
}

/** The payload of the answer to a message of a transaction that cannot be served; undefined for any other message. */
export function replyToUnreadable({ dialect, tenantId, stationId }: Connection, frame: RequestFrame) {
  const { action, payload } = frame;
  if (!isTransactional(dialect.version, action)) return undefined;
  return replyAnyway({ tenantId, stationId, action, payload });
}

/** Counts the quirks of a message and makes the facts that tell of them. */
export function oddFacts(
  connection: Connection,
  frame: RequestFrame,
  { quirks, lossy }: Oddity,
  metaOf: (occurredAt: number | null) => Meta = connection.metaOfCall,
): readonly ChargingEvent[] {
  for (const quirk of quirks) counted.inc({ version: connection.dialect.version, quirk });
  const messages = connection.peer.toldQuirks.due(frame.action, quirks);
  if (messages === 0 && !lossy) return [];
  const { action, payload } = frame;
  const frameJson = redactedJson(action, payload);
  const events: ChargingEvent[] = [];
  if (messages > 0) {
    const meta = metaOf(null);
    // What is kept whole beside is not kept twice.
    const shown = lossy ? null : frameJson;
    events.push({ type: 'QuirksObserved', meta, action, quirks: [...quirks], frameJson: shown, messages });
  }
  if (lossy) {
    const meta = metaOf(null);
    events.push({ type: 'StationMessageRecorded', meta, action, payloadJson: frameJson, answerJson: null });
  }
  return events;
}
