// What must hold between tariffs and their assignments: no place is given a tariff that we cannot price.
import type { PoolClient } from 'pg';
import type { TariffAssignmentValue, TariffValue } from '#contracts/tariff';
import { assignmentViolations } from '../domain/assignment.ts';
import { pricingViolations, tariffViolations } from '../domain/tariff-rules.ts';
import { tariffs } from './kinds.ts';
import { invalid } from './refusal.ts';
import { findRow } from './rows.ts';
import { checkValue } from './write.ts';

/** The tariff's row is locked by who changes it, and share-locked by who assigns it: neither overtakes the other. */
export async function checkTariff(client: PoolClient, tenantId: string, tariff: TariffValue): Promise<void> {
  checkValue(tariffViolations(tariff));
  const unpriced = pricingViolations(tariff);
  if (unpriced.length === 0) return;
  const { rows } = await client.query(
    'select 1 from tariff_assignments where tenant_id = $1 and tariff_id = $2 limit 1',
    [tenantId, tariff.tariffId],
  );
  if (rows.length === 0) return;
  throw invalid(
    unpriced.map(({ path, message }) => ({ path, message: `${message}, and places are assigned to this tariff` })),
    422,
  );
}

export async function checkAssignment(
  client: PoolClient,
  tenantId: string,
  assignment: TariffAssignmentValue,
): Promise<void> {
  checkValue(assignmentViolations(assignment));
  const tariff = await findRow(client, tariffs, [tenantId, assignment.tariffId], 'for share');
  // A tariff that is not there is the foreign key's to refuse.
  const unpriced = tariff === undefined ? [] : pricingViolations(tariff.value);
  if (unpriced.length > 0)
    throw invalid(
      unpriced.map(({ path, message }) => ({ path: 'tariffId', message: `${path} of the tariff: ${message}` })),
      422,
    );
}
