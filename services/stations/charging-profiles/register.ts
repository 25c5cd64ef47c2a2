// The register of charging profiles that owners keep in stations, in Postgres: what is wanted, and how its delivery stands.
import type { PoolClient } from 'pg';
import type { ChargingProfile } from '#contracts/commands/profile';
import type { CommandOutcome } from '#contracts/generated/types';
import { asTenant, sqlStateOf, type Database } from '#kit/postgres';
import { profileIdOf, type ProfileOwner } from '../domain/profile-owners.ts';
import type { StationPlace } from '../detail-reads.ts';

export type ProfilePlace = StationPlace & { readonly owner: ProfileOwner; readonly name: string };

export type KeptProfile = ProfilePlace & {
  readonly profileId: number;
  readonly evseId: number;
  readonly profile: ChargingProfile;
  readonly version: number;
  readonly removed: boolean;
  readonly updatedAtMs: number;
  readonly updatedBy: string;
  readonly askedVersion: number;
  readonly attempts: number;
  readonly askedAtMs: number | null;
  readonly commandId: string | null;
  readonly outcome: CommandOutcome | null;
  readonly detail: string | null;
  readonly sentAtMs: number | null;
};

/** A profile without its number, which the register gives. */
export type WantedProfile = {
  readonly evseId: number;
  readonly profile: Omit<ChargingProfile, 'profileId'>;
  readonly by: string;
  readonly atMs: number;
};

export const schema = 'stations_own';
/** Profiles of one station; more than any station takes. */
export const profilesMax = 200;
const triesMax = 50;

export const columns = `tenant_id as "tenantId", station_id as "stationId", owner, name, profile_id as "profileId",
  evse_id as "evseId", profile, version, removed, updated_at_ms as "updatedAtMs", updated_by as "updatedBy",
  asked_version as "askedVersion", attempts, asked_at_ms as "askedAtMs", command_id as "commandId", outcome, detail,
  sent_at_ms as "sentAtMs"`;

/** kept: as it stands now, changed or not. */
export type Put =
  | { readonly kind: 'kept'; readonly profile: KeptProfile }
  | { readonly kind: 'place-taken' }
  | { readonly kind: 'too-many' };

/** The same profile again changes nothing; another one is a new version of it. */
export async function putProfile(database: Database, place: ProfilePlace, wanted: WantedProfile): Promise<Put> {
  try {
    return await asTenant(database, place.tenantId, (client) => put(client, place, wanted), { schema });
  } catch (error) {
    // Two names of one owner for the same place of the station.
    if (sqlStateOf(error) === '23505') return { kind: 'place-taken' };
    throw error;
  }
}

async function put(
  client: PoolClient,
  place: ProfilePlace,
  { evseId, profile, by, atMs }: WantedProfile,
): Promise<Put> {
  const key = [place.tenantId, place.stationId, place.owner, place.name];
  const all = await client.query<{ owner: string; name: string; profile_id: number }>(
    'select owner, name, profile_id from charging_profiles where tenant_id = $1 and station_id = $2 for update',
    [place.tenantId, place.stationId],
  );
  const known = all.rows.find(({ owner, name }) => owner === place.owner && name === place.name);
  if (known === undefined && all.rows.length >= profilesMax) return { kind: 'too-many' };
  const taken = new Set(all.rows.map(({ profile_id: id }) => id));
  const profileId = known?.profile_id ?? freeId(place, taken);
  if (profileId === undefined) return { kind: 'too-many' };
  const whole = { profileId, ...profile };
  const validTo = profile.validTo === undefined ? null : Date.parse(profile.validTo);
  const { rows } = await client.query<KeptProfile>(
    `insert into charging_profiles as kept (tenant_id, station_id, owner, name, profile_id, evse_id, purpose, stack_level,
       profile, valid_to_ms, version, removed, updated_at_ms, updated_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, false, $11, $12)
     on conflict (tenant_id, station_id, owner, name) do update set
       evse_id = excluded.evse_id, purpose = excluded.purpose, stack_level = excluded.stack_level,
       profile = excluded.profile, valid_to_ms = excluded.valid_to_ms, removed = false, version = kept.version + 1,
       updated_at_ms = excluded.updated_at_ms, updated_by = excluded.updated_by
       where kept.removed or kept.evse_id <> excluded.evse_id or kept.profile::jsonb <> excluded.profile::jsonb
     returning ${columns}`,
    [...key, profileId, evseId, profile.purpose, profile.stackLevel, JSON.stringify(whole), validTo, atMs, by],
  );
  const [changed] = rows;
  if (changed !== undefined) return { kind: 'kept', profile: changed };
  const unchanged = await client.query<KeptProfile>(
    `select ${columns} from charging_profiles where tenant_id = $1 and station_id = $2 and owner = $3 and name = $4`,
    key,
  );
  const [row] = unchanged.rows;
  return row === undefined ? { kind: 'too-many' } : { kind: 'kept', profile: row };
}

function freeId({ owner, name }: ProfilePlace, taken: ReadonlySet<number>): number | undefined {
  for (let tried = 0; tried < triesMax; tried += 1) {
    const id = profileIdOf(owner, name, tried);
    if (!taken.has(id)) return id;
  }
  return undefined;
}

/** Those of an owner, of one name, or of all owners; removed ones, too, until their station has let go of them. */
export function listProfiles(
  database: Database,
  { tenantId, stationId, owner, name }: StationPlace & { owner?: ProfileOwner; name?: string },
): Promise<KeptProfile[]> {
  return rowsOf(
    database,
    tenantId,
    `select ${columns} from charging_profiles where tenant_id = $1 and station_id = $2
       and ($3::text is null or owner = $3) and ($4::text is null or name = $4) order by owner, name`,
    [tenantId, stationId, owner ?? null, name ?? null],
  );
}

/**
 * Marks those of an owner, or the one of a name; the keeper clears them at the station, once more where it failed to.
 * Returns what is being removed.
 */
export function removeProfiles(
  database: Database,
  { tenantId, stationId, owner, name }: StationPlace & { owner: ProfileOwner; name?: string },
  { by, atMs }: Pick<WantedProfile, 'by' | 'atMs'>,
): Promise<KeptProfile[]> {
  return rowsOf(
    database,
    tenantId,
    `update charging_profiles set version = version + (not removed or outcome is not distinct from 'failed')::int,
       removed = true,
       updated_at_ms = case when removed then updated_at_ms else $5 end,
       updated_by = case when removed then updated_by else $6 end
     where tenant_id = $1 and station_id = $2 and owner = $3 and ($4::text is null or name = $4) returning ${columns}`,
    [tenantId, stationId, owner, name ?? null, atMs, by],
  );
}

async function rowsOf(
  database: Database,
  tenantId: string,
  statement: string,
  values: readonly unknown[],
): Promise<KeptProfile[]> {
  const run = async (client: PoolClient) => (await client.query<KeptProfile>(statement, [...values])).rows;
  return asTenant(database, tenantId, run, { schema });
}
