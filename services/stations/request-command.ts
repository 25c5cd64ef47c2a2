// Takes a command from an operator into the log: named by its idempotency key, for the connection that is live now.
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { encodeRecord } from '#contracts/codec';
import { intents, laneOf } from '#contracts/commands';
import type { CommandRequested } from '#contracts/generated/types';
import { commandIdOf, partitionOf, stationKey } from '#contracts/keys';
import type { TopicSpec, LogWriter } from '#kit/event-log/types';
import { Fault } from '#kit/fault';
import { failpoint } from '#kit/failpoint';
import type { Caller, Problem } from '#kit/http';
import type { CommandInput } from './api/command-schemas.ts';
import type { CommandBook, Entry } from './command-book.ts';
import { noConnection, requestedCommand } from './domain/command.ts';
import { shownParameters, type RefOf } from './domain/shown-parameters.ts';
import { secretWrites, tooLarge } from './domain/wish.ts';
import { requestHashOf, type Idempotency, type KeyedCommand, type KeyStanding } from './idempotency.ts';
import { locationFaults } from './file-location.ts';
import type { Locate } from './files/links.ts';
import { commandsRequested } from './metrics.ts';
import type { PresenceBook } from './presence-book.ts';
import { rawCallFault } from './raw-call.ts';

export type RequestParts = {
  readonly commands: CommandBook;
  readonly presence: PresenceBook;
  readonly idempotency: Idempotency;
  readonly topic: TopicSpec;
  readonly log: LogWriter;
  readonly refOf: RefOf;
  isRegistered(tenantId: string, stationId: string): boolean;
  /** Makes the link of a command about a file of ours. */
  readonly locate: Locate;
  now(): number;
};

export type Asked = { readonly caller: Caller; readonly stationId: string; readonly input: CommandInput };

/** known: the same request was taken before. */
export type Taken =
  | { readonly kind: 'taken'; readonly entry: Entry }
  | { readonly kind: 'known'; readonly entry: Entry }
  | { readonly kind: 'refused'; readonly problem: Problem };

/** Commands of one station that are not completed; one more is refused. */
const openCommandsMax = 50;
const pendingPollMs = 50;

/**
 * 1. Is it allowed? 2. Its link, where it is about a file of ours. 3. Claim the key. 4. Append. 5. Note that it is in the
 * log. A crash after 2 leaves a link that nobody knows; between 3 and 5 it leaves the key claimed for 15 s: the operator's
 * repeat then appends again, under the same commandId, which folds take once.
 */
export async function requestCommand(parts: RequestParts, asked: Asked): Promise<Taken> {
  const refusal = refusalOf(parts, asked);
  if (refusal !== undefined) return { kind: 'refused', problem: refusal };
  const named = requestOf(parts, asked);
  const located = await parts.locate(named, asked.input.parameters);
  if (located.kind === 'refused') return located;
  const request = { ...named, parametersJson: JSON.stringify(located.parameters) };
  const entry = { command: requestedCommand(request, 0), request, completion: undefined, result: undefined };
  const keyed = keyedOf(parts, asked, request);
  if (keyed !== undefined) {
    const standing = await standingOf(parts, keyed);
    if (standing === 'differs') return { kind: 'refused', problem: otherRequest };
    if (standing === 'known') return { kind: 'known', entry };
  }
  await append(parts, request, keyed);
  commandsRequested.inc({ intent: asked.input.intent });
  return { kind: 'taken', entry };
}

/** A request that is being appended by another one is waited for: the append either ends or its claim does. */
async function standingOf({ idempotency, now }: RequestParts, keyed: KeyedCommand): Promise<KeyStanding> {
  for (;;) {
    const standing = await idempotency.claim(keyed, now());
    if (standing !== 'pending') return standing;
    await setTimeout(pendingPollMs);
  }
}

async function append(parts: RequestParts, request: CommandRequested, keyed: KeyedCommand | undefined): Promise<void> {
  const { topic, log, idempotency, now } = parts;
  const key = stationKey(request.tenantId, request.stationId);
  const value = encodeRecord('CommandRequested', request);
  const unrequested = failpoint('stations.before-request');
  if (unrequested !== undefined) await unrequested;
  try {
    await log.append(topic.name, partitionOf(key, topic.partitions), [{ key, type: 'CommandRequested', value }]);
  } catch (error) {
    // Where it may be in the log after all, the key keeps standing for this request: another one must not share its id.
    const isUnknown = error instanceof Fault && error.code === 'LOG_UNAVAILABLE';
    if (keyed !== undefined && !isUnknown) await idempotency.release(keyed);
    throw error;
  }
  const unnoted = failpoint('stations.after-request');
  if (unnoted !== undefined) await unnoted;
  if (keyed !== undefined) await idempotency.requested(keyed, now());
}

const otherRequest: Problem = {
  status: 409,
  title: 'The idempotency key stands for another request',
  detail: 'Take a new key for a new command; the same key only repeats the same request.',
};

function refusalOf(parts: RequestParts, { caller, stationId, input }: Asked): Problem | undefined {
  if (caller.role === 'viewer') return { status: 403, title: 'A viewer may not command stations' };
  if (!parts.isRegistered(caller.tenantId, stationId)) {
    return { status: 404, title: 'No such station', detail: `${stationId} is not registered` };
  }
  const fault = faultOfWish(parts, { caller, stationId, input });
  if (fault !== undefined) return fault;
  if (parts.commands.openOf(stationKey(caller.tenantId, stationId)).length < openCommandsMax) return undefined;
  const detail = `${openCommandsMax} commands of ${stationId} are not completed yet`;
  return { status: 429, title: 'Too many commands wait for this station', detail };
}

/** A secret is refused before anything is said about the message that holds it. */
function faultOfWish(parts: RequestParts, { caller, stationId, input }: Asked): Problem | undefined {
  const violations = secretWrites(input);
  if (violations.length > 0) {
    const detail = `Passwords and keys go through POST /v1/stations/${stationId}/credentials, never through a command.`;
    return { status: 422, title: 'A secret is not written by a command', detail, violations };
  }
  const large = tooLarge(input);
  const faults = [...(large === undefined ? [] : [large]), ...locationFaults(input)];
  if (faults.length > 0) return { status: 400, title: 'The request is not valid', violations: faults };
  if (input.intent !== 'SendCall') return undefined;
  return rawCallFault(input.parameters, parts.presence.claim(stationKey(caller.tenantId, stationId))?.subprotocol);
}

function requestOf(parts: RequestParts, { caller, stationId, input }: Asked): CommandRequested {
  const { tenantId, actor } = caller;
  const { intent, idempotencyKey } = input;
  const commandId = idempotencyKey === undefined ? randomUUID() : commandIdOf(tenantId, stationId, idempotencyKey);
  const claim = parts.presence.claim(stationKey(tenantId, stationId));
  const isCallable = claim?.connected === true && (claim.accepted || input.beforeAcceptance === true);
  const requestedAt = parts.now();
  return {
    eventId: `${commandId}.requested`,
    tenantId,
    stationId,
    commandId,
    intent,
    parametersJson: JSON.stringify(input.parameters),
    connectionEpoch: isCallable ? claim.connectionEpoch : noConnection,
    lane: laneOf(intent, input.parameters),
    requestedAt,
    expiresAt: requestedAt + (input.expiresInSeconds ?? intents[intent].expirySeconds) * 1000,
    requestedBy: actor,
  };
}

function keyedOf(parts: RequestParts, { input }: Asked, { tenantId, commandId }: CommandRequested) {
  const { intent, parameters, expiresInSeconds, idempotencyKey } = input;
  if (idempotencyKey === undefined) return undefined;
  const shown = shownParameters(tenantId, parameters, parts.refOf);
  return { tenantId, commandId, requestHash: requestHashOf({ intent, parameters: shown, expiresInSeconds }) };
}
