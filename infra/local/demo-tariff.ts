// The tariff of the demo and where it applies: every session of the default tenant is priced by it.
import type { TariffAssignmentValue, TariffValue } from '#contracts/tariff';

/**
 * In EUR, before VAT: 0.35 a session, 0.49 a kWh, 3.00 an hour in which the vehicle requests no power; 19 % VAT on all.
 * A session's price, as whoever checks it may compute it: exclVat = the exact sum, half up to cents; VAT = 19 % of the
 * exact sum, half up to cents; inclVat = these two added.
 */
export const demoTariff: TariffValue = {
  tariffId: 'demo',
  partyId: 'DE-CSM',
  currency: 'EUR',
  type: 'REGULAR',
  altText: [{ language: 'en', text: '0.35 EUR a session, 0.49 EUR a kWh, 3.00 EUR an hour of parking, plus VAT' }],
  altUrl: null,
  minPrice: null,
  maxPrice: null,
  elements: [
    {
      priceComponents: [
        { type: 'FLAT', price: '0.35', vat: '19', stepSize: 1 },
        { type: 'ENERGY', price: '0.49', vat: '19', stepSize: 1 },
        { type: 'PARKING_TIME', price: '3.00', vat: '19', stepSize: 1 },
      ],
      restrictions: null,
    },
  ],
  startAt: null,
  endAt: null,
};

/** All places of the tenant. */
export const demoAssignment: TariffAssignmentValue = {
  assignmentId: 'demo',
  tariffId: demoTariff.tariffId,
  partyId: null,
  locationId: null,
  stationId: null,
  evseId: null,
};
