// I2, money: each ended session of the fleet has exactly one CDR, with its energy and the price computed on the stations' side. Pure.
import type { CdrIssued } from '#contracts/generated/types';
import type { PlatformSession } from '#load-tests/fleet/audit-sessions';
import type { FleetModel, ModelSession } from '#load-tests/fleet/model';
import { type PlainTariff, priceOf } from '#load-tests/faults/verify/price';
import type { LoggedEvent } from '#load-tests/faults/verify/station-log';
import type { Check, Violation } from '#load-tests/faults/verify/verdict';

export type Bills = Check & { readonly cdrs: number };

/**
 * @param decisions all of charging.cdrs in log order; the first record of a cdrId counts, repeats of it must say the same.
 * @param sessions the read model, to join a CDR to the station's session.
 */
export function checkBills(
  model: FleetModel,
  sessions: readonly PlatformSession[],
  { decisions, tariff }: { readonly decisions: readonly LoggedEvent[]; readonly tariff: PlainTariff },
): Bills {
  const violations: Violation[] = [];
  const { firstBySession, count } = firstCdrs(decisions, violations);
  const expected = new Map(
    [...model.sessions.values()].map((session) => [keyOf(session.stationId, session.startedAtMs), session]),
  );
  let checked = 0;
  for (const session of sessions) {
    const known = expected.get(keyOf(session.stationId, Date.parse(session.startedAt ?? '')));
    const cdrs = firstBySession.get(session.sessionId) ?? [];
    if (known?.end !== 'acknowledged') continue;
    checked += 1;
    violations.push(...billViolations(known, cdrs, tariff));
  }
  const sessionIds = new Set(sessions.map(({ sessionId }) => sessionId));
  for (const [sessionId, cdrs] of firstBySession)
    if (!sessionIds.has(sessionId)) violations.push(violation(sessionId, 'no CDR', `${cdrs.length} of no session`));
  return { invariant: 'I2', checked, violations, cdrs: count };
}

function firstCdrs(
  decisions: readonly LoggedEvent[],
  violations: Violation[],
): { firstBySession: Map<string, CdrIssued[]>; count: number } {
  const first = new Map<string, CdrIssued>();
  const firstBySession = new Map<string, CdrIssued[]>();
  for (const { record } of decisions) {
    if (record.type !== 'CdrIssued') continue;
    const known = first.get(record.cdrId);
    if (known === undefined) {
      first.set(record.cdrId, record);
      firstBySession.set(record.sessionId, [...(firstBySession.get(record.sessionId) ?? []), record]);
    } else if (known.totalInclVat !== record.totalInclVat) {
      violations.push(violation(record.cdrId, `${known.totalInclVat} again`, record.totalInclVat));
    }
  }
  return { firstBySession, count: first.size };
}

function billViolations(session: ModelSession, cdrs: readonly CdrIssued[], tariff: PlainTariff): Violation[] {
  const [cdr] = cdrs;
  if (cdr === undefined || cdrs.length > 1) return [violation(session.key, 'one CDR', String(cdrs.length))];
  const energyMilliWh = BigInt((session.meterStopMilliWh ?? 0) - session.meterStartMilliWh);
  const price = priceOf(tariff, energyMilliWh);
  const expected = `${energyMilliWh} mWh for ${price.exclVat} + ${price.vat} = ${price.inclVat}`;
  const found = `${cdr.energyMilliWh} mWh for ${cdr.totalExclVat} + ${cdr.totalVat} = ${cdr.totalInclVat}`;
  return expected === found ? [] : [violation(session.key, expected, found)];
}

function violation(subject: string, expected: string, found: string): Violation {
  return { invariant: 'I2', hop: 'sessions → billing', subject, expected, found };
}

function keyOf(stationId: string, startedAtMs: number): string {
  return `${stationId}/${startedAtMs}`;
}
