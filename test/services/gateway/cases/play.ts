// Plays a case against a gateway whose log, clock and socket are the test's: what the station hears, and which facts it makes.
import assert from 'node:assert/strict';
import type { AnyRecord } from '#contracts/codec';
import type { CommandCompleted } from '#contracts/generated/types';
import { tokenRefOf } from '#contracts/keys';
import type { OcppVersion } from '#contracts/ocpp';
import type { Question } from '#services/gateway/domain/question';
import type { Sources } from '#services/gateway/sources';
import { command, connect, fakeGateway, settle } from '../fake-parts.ts';
import { station, tenantKey, token } from '../support.ts';
import type { Given } from './case.ts';

export type Heard = { readonly sent: readonly unknown[]; readonly facts: readonly AnyRecord[] };

/** What an accepted station of this version hears when it sends the frame, and the facts that stand in the log then. */
export async function playReceived(version: OcppVersion, frame: readonly unknown[], given: Given = {}): Promise<Heard> {
  const gateway = fakeGateway({}, sourcesOf(given));
  if (given.token !== undefined) {
    const tokenRef = tokenRefOf(tenantKey, given.token.type, given.token.uid);
    gateway.tokens.set(tokenRef, token({ tokenRef, ...given.token.found }));
  }
  gateway.ackAll();
  const { connection, socket } = connect(gateway, version);
  connection.station = { ...station, ...given.station };
  connection.accepted = true;
  await connection.begin();
  const before = gateway.records.length;
  connection.receive(JSON.stringify(frame));
  await settle();
  return {
    sent: socket.sent.map((text) => JSON.parse(text) as unknown),
    facts: gateway.records.slice(before),
  };
}

/** A source for every kind of question, where the case says what it answers. */
function sourcesOf({ answer }: Given): Sources {
  if (answer === undefined) return {};
  const source = (_question: Question) => Promise.resolve(answer);
  return { ocsp: source, 'chain-status': source, 'contract-certificate': source, 'vat-number': source };
}

export type Exchange = { readonly action: string; readonly payload: unknown };
/** What a station answers to the message of this id. */
export type Answerer = (id: string) => readonly unknown[];
export type Commanded = {
  readonly frames: readonly unknown[];
  readonly facts: readonly AnyRecord[];
  readonly completed: CommandCompleted;
};

/** What an accepted station hears of a CALL that an operator wants, and what its answer makes of it. */
export async function playSent(
  version: OcppVersion,
  { action, payload }: Exchange,
  answer?: Answerer,
): Promise<Commanded> {
  const gateway = fakeGateway();
  gateway.ackAll();
  const { connection, socket } = connect(gateway, version);
  connection.accepted = true;
  await connection.begin();
  const before = gateway.records.length;
  connection.outbound.request(command(gateway, connection, 'SendCall', { action, payload }));
  await settle();
  const frames = socket.sent.map((text) => JSON.parse(text) as unknown);
  if (answer !== undefined) connection.receive(JSON.stringify(answer(idOf(frames))));
  await settle();
  const records = gateway.records.slice(before).filter(({ type }) => type !== 'CommandSent');
  const completed = records.at(-1);
  assert.ok(completed?.type === 'CommandCompleted', 'the command is over, and its facts stand before that');
  return { frames, facts: records.slice(0, -1), completed };
}

export function idOf(frames: readonly unknown[]): string {
  const [, id] = (frames[0] ?? []) as readonly unknown[];
  assert.ok(typeof id === 'string', 'one CALL was sent');
  return id;
}
