// The tariff of runs under faults: its price follows from what the stations' side knows, so that it can be computed there.
import type { TariffAssignmentValue, TariffValue } from '#contracts/tariff';
import type { PlainTariff } from '#load-tests/faults/verify/price';

export const plainTariff: PlainTariff = { flatTenThousandths: 3_500n, perKwhTenThousandths: 4_937n, vatPercent: 19n };

/** The same as billing is told it. */
export const plainTariffValue: TariffValue = {
  tariffId: 'faults',
  partyId: 'DE-CSM',
  currency: 'EUR',
  type: 'REGULAR',
  altText: [],
  altUrl: null,
  minPrice: null,
  maxPrice: null,
  elements: [
    {
      priceComponents: [
        { type: 'FLAT', price: '0.35', vat: '19', stepSize: 1 },
        { type: 'ENERGY', price: '0.4937', vat: '19', stepSize: 1 },
      ],
      restrictions: null,
    },
  ],
  startAt: null,
  endAt: null,
};

export const plainAssignment: TariffAssignmentValue = {
  assignmentId: 'faults',
  tariffId: plainTariffValue.tariffId,
  partyId: null,
  locationId: null,
  stationId: null,
  evseId: null,
};
