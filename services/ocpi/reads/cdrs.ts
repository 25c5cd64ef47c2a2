// CDRs that a partner may see: of tokens that its parties had issued when the session began.
import type { PoolClient } from 'pg';
import type { LocationValue, StationValue } from '#contracts/registry';
import type { CdrContent } from '../tables/cdrs.ts';
import type { PlacedCdr } from '../wire/v221/cdr.ts';
import type { Page, PageQuery } from '../api/paging.ts';
import { issuerPeriods, issuerThen, readPage, tokensEverOf, valueThen } from './page.ts';
import type { Sight } from './sessions.ts';

type Row = {
  readonly created_at_ms: number;
  readonly created_partition: number;
  readonly created_offset: number;
  readonly content: CdrContent;
  readonly issuer: string;
  readonly party: string;
  readonly place: LocationValue | null;
  readonly stood: Pick<StationValue, 'evses'> | null;
  readonly uid: string | null;
};

const visible = `
  select cdrs.*, cdrs.issued_at_ms as last_updated_ms, issuer, coalesce(cdrs.party_id, $3) as party
  from ocpi_cdrs.cdrs
  ${issuerThen('cdrs')}
  where ${tokensEverOf('cdrs')} and coalesce(cdrs.party_id, $3) = any($4::text[])`;

const countable = `
  select created_at_ms, created_partition, created_offset, issued_at_ms as last_updated_ms from ocpi_cdrs.cdrs
  join ${issuerPeriods()} as issued on issued.token_ref = cdrs.token_ref and issued.issuer = any($2::text[])
    and started_at_ms >= issued.since_ms and started_at_ms < issued.until_ms
  where cdrs.tenant_id = $1 and coalesce(cdrs.party_id, $3) = any($4::text[])`;

// As they were when the session began: a CDR never changes, whatever operators write later.
const joins = `
  left join ${valueThen('location', { id: 'page.location_id', at: 'page.started_at_ms' })} as place on true
  left join ${valueThen('station', { id: 'page.station_id', at: 'page.started_at_ms' })} as stood on true
  left join ocpi_registry.evses on evses.tenant_id = $1 and evses.location_id = page.location_id
    and evses.station_id = page.station_id and evses.evse_id = (page.content ->> 'evseId')::int`;

const columns = ', place.value as place, stood.value as stood, evses.uid';

export async function readCdrs(client: PoolClient, sight: Sight, query: PageQuery): Promise<Page<PlacedCdr>> {
  const values = [sight.tenantId, sight.issuers, sight.homeParty, sight.ourParties];
  const page = await readPage<Row>(client, { visible, countable, values, joins, columns }, query);
  return { ...page, items: page.items.map(placedOf) };
}

function placedOf({ content, party: partyId, issuer, place: location, stood, uid: evseUid }: Row): PlacedCdr {
  return { content, partyId, issuer, location, evses: stood?.evses ?? [], evseUid };
}
