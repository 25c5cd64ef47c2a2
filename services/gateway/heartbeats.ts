// How often a station beats, where it has another interval than its registration says: its next connection has to know, too.
import type { ChargingEvent } from '#contracts/generated/types';
import { claimPresence, presenceOf } from './claim.ts';
import type { Connection } from './connection.ts';
import type { Call } from './domain/intent.ts';
import { written } from './domain/models.ts';

/** 1.6 key; 2.x variable of OCPPCommCtrlr. */
const intervalVariable = 'HeartbeatInterval';

/**
 * A station took over what a CALL of ours wrote, or told what it has: it stands in presence, which gateways read before
 * they hold the station again. A closed connection says nothing more.
 */
export async function noteHeartbeats(
  connection: Connection,
  call: Call,
  { isAccepted, facts }: { readonly isAccepted: boolean; readonly facts: readonly ChargingEvent[] },
): Promise<void> {
  const wrote = isAccepted ? written(call.action, call.payload) : [];
  const told = [...wrote, ...facts.flatMap(reportedOf)].findLast(([variable]) => variable === intervalVariable);
  if (told === undefined || !connection.open) return;
  if (connection.peer.beatsEvery(Number(told[1]))) await claimPresence(connection, presenceOf(connection, true));
}

function reportedOf(fact: ChargingEvent): readonly (readonly [string, string])[] {
  if (fact.type !== 'VariablesReported') return [];
  return fact.variables.flatMap(({ variable, attribute, value }) =>
    attribute === 'Actual' && value !== null ? [[variable, value] as const] : [],
  );
}
