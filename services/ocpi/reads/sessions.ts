// Sessions that a partner may see: of tokens that its parties had issued, at places of our parties that face it.
import type { PoolClient } from 'pg';
import type { PlacedSession } from '../wire/v221/session.ts';
import { viewOf, type SessionRow } from '../tables/sessions.ts';
import type { Page, PageQuery } from '../api/paging.ts';
import { issuerPeriods, issuerThen, periodsOf, readPage, tokensEverOf, valueThen } from './page.ts';

export type Sight = {
  readonly tenantId: string;
  /** Parties of the partner that may see. */
  readonly issuers: readonly string[];
  /** Our parties that are asked. */
  readonly ourParties: readonly string[];
  /** Stands for what no location gives a party to. */
  readonly homeParty: string;
};

type Row = SessionRow & {
  readonly created_at_ms: number;
  readonly issuer: string;
  readonly party: string;
  readonly location_id: string | null;
  readonly uid: string | null;
  readonly currency: string;
};

/** Before a tariff says another one. */
const currencyByDefault = 'EUR';

const visible = `
  select sessions.*, issuer, coalesce(place.value ->> 'partyId', $3) as party, stood.value ->> 'locationId' as location_id
  from ocpi_sessions.sessions
  ${issuerThen('sessions')}
  left join ${valueThen('station', { id: 'sessions.station_id', at: 'sessions.started_at_ms' })} as stood on true
  left join ${valueThen('location', { id: `stood.value ->> 'locationId'`, at: 'sessions.started_at_ms' })} as place on true
  where ${tokensEverOf('sessions')} and coalesce(place.value ->> 'partyId', $3) = any($4::text[])`;

const countable = `
  select created_at_ms, created_partition, created_offset, last_updated_ms from ocpi_sessions.sessions
  join ${issuerPeriods()} as issued on issued.token_ref = sessions.token_ref and issued.issuer = any($2::text[])
    and started_at_ms >= issued.since_ms and started_at_ms < issued.until_ms
  left join ${periodsOf('station', 'locationId')} as stood on stood.id = sessions.station_id
    and started_at_ms >= stood.since_ms and started_at_ms < stood.until_ms
  left join ${periodsOf('location', 'partyId')} as place on place.id = stood.value
    and started_at_ms >= place.since_ms and started_at_ms < place.until_ms
  where sessions.tenant_id = $1 and coalesce(place.value, $3) = any($4::text[])`;

const joins = `
  left join ocpi_registry.evses on evses.tenant_id = $1 and evses.location_id = page.location_id
    and evses.station_id = page.station_id and evses.evse_id = page.evse_id
  left join ocpi_cdrs.cdrs on cdrs.tenant_id = $1 and cdrs.session_id = page.session_id
  left join lateral (
    select tariff.value ->> 'currency' as currency
    from ocpi_registry.objects as placed
    join ocpi_registry.objects as tariff on tariff.tenant_id = $1 and tariff.kind = 'tariff'
      and tariff.id = placed.value ->> 'tariffId'
    where placed.tenant_id = $1 and placed.kind = 'tariff-assignment' and not placed.deleted
      and coalesce(placed.value ->> 'stationId', page.station_id) = page.station_id
      and coalesce(placed.value ->> 'locationId', page.location_id, '') = coalesce(page.location_id, '')
      and coalesce(placed.value ->> 'partyId', page.party) = page.party
    order by placed.value ->> 'stationId' is null, placed.value ->> 'locationId' is null,
      placed.value ->> 'partyId' is null, placed.id
    limit 1) as assigned on true`;

const columns = `, evses.uid, coalesce(cdrs.content ->> 'currency', assigned.currency, '${currencyByDefault}') as currency`;

export async function readSessions(client: PoolClient, sight: Sight, query: PageQuery): Promise<Page<PlacedSession>> {
  const values = [sight.tenantId, sight.issuers, sight.homeParty, sight.ourParties];
  const page = await readPage<Row>(client, { visible, countable, values, joins, columns }, query);
  return { ...page, items: page.items.map(placedOf) };
}

function placedOf(row: Row): PlacedSession {
  const { party: partyId, issuer, location_id: locationId, uid: evseUid, currency } = row;
  return { view: viewOf(row), partyId, issuer, locationId, evseUid, currency };
}
