// Where a tariff applies, as operators write it: one place, named by one of its ids.
import type { TariffAssignmentValue } from '#contracts/tariff';
import type { Violation } from './violation.ts';

export type AssignmentInput = Partial<TariffAssignmentValue> & Pick<TariffAssignmentValue, 'assignmentId' | 'tariffId'>;

export function assignmentOf(input: AssignmentInput): TariffAssignmentValue {
  const { assignmentId, tariffId, partyId = null, locationId = null, stationId = null, evseId = null } = input;
  return { assignmentId, tariffId, partyId, locationId, stationId, evseId };
}

export function assignmentViolations({ partyId, locationId, stationId, evseId }: TariffAssignmentValue): Violation[] {
  const named = Object.entries({ partyId, locationId, stationId }).filter(([, id]) => id !== null);
  const violations = named.slice(1).map(([path]) => ({ path, message: `${named[0]?.[0]} names the place already` }));
  if (evseId !== null && stationId === null) violations.push({ path: 'evseId', message: 'is of no station' });
  return violations;
}
