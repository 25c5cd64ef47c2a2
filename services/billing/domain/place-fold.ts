// Where stations stood and whose locations were: the fold of registry.changes into rows that are only ever added.
import type { RegistryChanged } from '#contracts/generated/types';
import type { LocationValue, StationValue } from '#contracts/registry';

export type PlaceRow =
  | {
      readonly kind: 'station';
      readonly tenantId: string;
      readonly id: string;
      readonly rowVersion: number;
      readonly at: number;
      readonly locationId: string | null;
    }
  | {
      readonly kind: 'location';
      readonly tenantId: string;
      readonly id: string;
      readonly rowVersion: number;
      readonly at: number;
      readonly partyId: string | null;
      readonly timeZone: string | null;
    };

/** The rows that the tables do not hold yet; of a repeated version they hold the first. */
export type PlaceNews = readonly PlaceRow[];

type Folded = { readonly state: PlaceNews };

export const placeFold = {
  RegistryChanged: (state: PlaceNews | undefined, event: RegistryChanged): Folded => ({
    state: withChange(state ?? noNews, event),
  }),
} as const;

export const noNews: PlaceNews = [];

function withChange(news: PlaceNews, event: RegistryChanged): PlaceNews {
  const { kind, tenantId, id, rowVersion, recordedAt: at, currentJson } = event;
  // A removed one stands nowhere, and belongs to nobody.
  const value: unknown = currentJson === null ? {} : JSON.parse(currentJson);
  if (kind === 'station') {
    const { locationId = null } = value as Partial<StationValue>;
    return [...news, { kind, tenantId, id, rowVersion, at, locationId }];
  }
  if (kind !== 'location') return news;
  const { partyId = null, timeZone = null } = value as Partial<LocationValue>;
  return [...news, { kind, tenantId, id, rowVersion, at, partyId, timeZone }];
}
