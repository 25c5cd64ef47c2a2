// Tells billing the tariff of runs under faults, where billing runs.
import { servicesOf } from '#load-tests/faults/verify/recovery';
import type { Trial } from '#load-tests/bench/trial';
import { plainAssignment, plainTariffValue } from '#load-tests/faults/plain-tariff';

/** False where nobody bills. */
export async function registerPlainTariff(trial: Trial): Promise<boolean> {
  if (!servicesOf(trial).has('billing')) return false;
  for (const [path, body] of [
    ['/v1/parties', { partyId: plainTariffValue.partyId, name: 'Chargestream' }],
    ['/v1/tariffs', plainTariffValue],
    ['/v1/tariff-assignments', plainAssignment],
  ] as const) {
    const response = await fetch(`${trial.urls.operator}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${trial.secrets.demoOperatorKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (response.status !== 201 && response.status !== 409)
      throw new Error(`${path} answers ${response.status}: ${await response.text()}`);
  }
  return true;
}
