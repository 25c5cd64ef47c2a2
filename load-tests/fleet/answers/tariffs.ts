// Tariffs and cost as a station keeps them: defaults per EVSE, one of a transaction, the cost that the platform tells.
import type { OCPP21 } from 'typed-ocpp';
import { result, row, type Rows } from '#load-tests/fleet/answers/answer';
import type { Commanded } from '#load-tests/fleet/dialect';
import type { Facilities } from '#load-tests/fleet/facilities';
import type { Answer } from '#load-tests/fleet/rpc';

type Tariff = OCPP21.SetDefaultTariffRequest['tariff'];

/** Defaults by EVSE number (0: all), drivers' by transaction. */
export type Tariffs = {
  readonly defaults: Map<number, Tariff>;
  readonly ofTransactions: Map<string, Tariff>;
  readonly costs: Map<string, number>;
};

const elementsMax = 20;

export const cost2: Rows = {
  CostUpdated: row<OCPP21.CostUpdatedRequest>((station, { transactionId, totalCost }) => {
    if (station.evseOf(transactionId) !== undefined) tariffsOf(station).costs.set(transactionId, totalCost);
    return result({});
  }),
};

export const tariffs21: Rows = {
  SetDefaultTariff: row<OCPP21.SetDefaultTariffRequest>(setDefault),
  GetTariffs: row<OCPP21.GetTariffsRequest>(list),
  ClearTariffs: row<OCPP21.ClearTariffsRequest>(clear),
  ChangeTransactionTariff: row<OCPP21.ChangeTransactionTariffRequest>(change),
};

/** The driver's tariff ends with the transaction, its cost with it. */
export function forgetCosts({ tariffs }: Facilities, transactionId: string | undefined): void {
  tariffs?.ofTransactions.delete(transactionId ?? '');
  tariffs?.costs.delete(transactionId ?? '');
}

function tariffsOf(station: Commanded): Tariffs {
  station.facilities.tariffs ??= { defaults: new Map(), ofTransactions: new Map(), costs: new Map() };
  return station.facilities.tariffs;
}

function setDefault(station: Commanded, { evseId, tariff }: OCPP21.SetDefaultTariffRequest): Answer {
  if (evseId < 0 || evseId > station.identity.evses) return result({ status: 'Rejected' });
  if (elementsOf(tariff) > elementsMax) return result({ status: 'TooManyElements' });
  const { defaults } = tariffsOf(station);
  const isTaken = [...defaults].some(
    ([at, each]) => at !== evseId && each.tariffId === tariff.tariffId && evseId !== 0,
  );
  if (isTaken) return result({ status: 'DuplicateTariffId' });
  // One for all replaces those of single EVSEs (I07).
  if (evseId === 0) defaults.clear();
  defaults.set(evseId, tariff);
  return result({ status: 'Accepted' });
}

function elementsOf({ energy, chargingTime, idleTime, fixedFee, reservationTime, reservationFixed }: Tariff): number {
  const parts = [energy, chargingTime, idleTime, fixedFee, reservationTime, reservationFixed];
  return parts.reduce((sum, part) => sum + (part?.prices.length ?? 0), 0);
}

function list(station: Commanded, { evseId }: OCPP21.GetTariffsRequest): Answer {
  if (evseId < 0 || evseId > station.identity.evses) return result({ status: 'Rejected' });
  const { defaults } = tariffsOf(station);
  const found = [...defaults].filter(([at]) => evseId === 0 || at === 0 || at === evseId);
  if (found.length === 0) return result({ status: 'NoTariff' });
  const tariffAssignments = found.map(([at, { tariffId, validFrom }]) => ({
    tariffId,
    tariffKind: 'DefaultTariff',
    ...(validFrom === undefined ? {} : { validFrom }),
    ...(at === 0 ? {} : { evseIds: [at] }),
  }));
  return result({ status: 'Accepted', tariffAssignments });
}

function clear(station: Commanded, { tariffIds, evseId }: OCPP21.ClearTariffsRequest): Answer {
  const { defaults } = tariffsOf(station);
  const isMeant = (at: number, tariffId: string): boolean =>
    (tariffIds?.includes(tariffId) ?? true) && (evseId === undefined || evseId === 0 || at === evseId);
  const found = [...defaults].filter(([at, { tariffId }]) => isMeant(at, tariffId));
  for (const [at] of found) defaults.delete(at);
  const cleared = new Set(found.map(([, { tariffId }]) => tariffId));
  const named = tariffIds ?? [...cleared];
  const clearTariffsResult = named.map((tariffId) => ({
    tariffId,
    status: cleared.has(tariffId) ? 'Accepted' : 'NoTariff',
  }));
  return result({
    clearTariffsResult: clearTariffsResult.length === 0 ? [{ status: 'NoTariff' }] : clearTariffsResult,
  });
}

function change(station: Commanded, { transactionId, tariff }: OCPP21.ChangeTransactionTariffRequest): Answer {
  if (station.evseOf(transactionId) === undefined) return result({ status: 'TxNotFound' });
  if (elementsOf(tariff) > elementsMax) return result({ status: 'TooManyElements' });
  const { ofTransactions, defaults } = tariffsOf(station);
  const [common] = defaults.values();
  const before = ofTransactions.get(transactionId) ?? common;
  // A transaction keeps its currency (I11).
  if (before !== undefined && before.currency !== tariff.currency) return result({ status: 'NoCurrencyChange' });
  ofTransactions.set(transactionId, tariff);
  return result({ status: 'Accepted' });
}
