// The register of local lists in Postgres: what each station shall hold, what it acknowledged, and how its delivery stands.
import type { CommandOutcome } from '#contracts/generated/types';
import { asTenant, type Database } from '#kit/postgres';
import type { StationPlace } from '../detail-reads.ts';
import type { ListEntry, ListUpdate } from '../domain/local-list.ts';

export type KeptList = StationPlace & {
  readonly mode: 'auto' | 'full';
  readonly groupId: string | null;
  readonly tokenRefs: readonly string[];
  readonly revision: number;
  readonly updatedAtMs: number;
  readonly updatedBy: string;
  readonly acknowledgedVersion: number | null;
  readonly acknowledged: readonly ListEntry[] | null;
  readonly askedRevision: number;
  readonly attempts: number;
  readonly askedAtMs: number | null;
  readonly askedVersion: number | null;
  readonly askedUpdate: 'full' | 'differential' | null;
  readonly commandId: string | null;
  readonly outcome: CommandOutcome | null;
  readonly detail: string | null;
  readonly needsFull: boolean;
};

export type DueList = KeptList & { readonly reportedVersion: number | null };
export type WantedList = Pick<KeptList, 'mode' | 'groupId' | 'tokenRefs'> & {
  readonly by: string;
  readonly atMs: number;
};

const schema = 'stations_own';
const table = `${schema}.local_lists`;
const columns = `tenant_id as "tenantId", station_id as "stationId", mode, group_id as "groupId",
  token_refs as "tokenRefs", revision, updated_at_ms as "updatedAtMs", updated_by as "updatedBy",
  acknowledged_version as "acknowledgedVersion", acknowledged, asked_revision as "askedRevision", attempts,
  asked_at_ms as "askedAtMs", asked_version as "askedVersion", asked_update as "askedUpdate", command_id as "commandId",
  outcome, detail, needs_full as "needsFull"`;

/** What the station told of its list. */
const reported = `left join stations.station_details as told on told.tenant_id = kept.tenant_id
  and told.station_id = kept.station_id and told.subject = 'localList'`;
const boot = `boot.tenant_id = kept.tenant_id and boot.station_id = kept.station_id and boot.status = 'Accepted'
  and boot.reason is distinct from 'Triggered'`;

export async function readList(
  database: Database,
  { tenantId, stationId }: StationPlace,
): Promise<KeptList | undefined> {
  const found = `select ${columns} from local_lists where tenant_id = $1 and station_id = $2`;
  const run = async (client: { query: Database['pool']['query'] }) =>
    (await client.query<KeptList>(found, [tenantId, stationId])).rows[0];
  return asTenant(database, tenantId, run, { schema });
}

/** The same wish again changes nothing. */
export async function putList(
  database: Database,
  { tenantId, stationId }: StationPlace,
  { mode, groupId, tokenRefs, by, atMs }: WantedList,
): Promise<void> {
  const put = `insert into local_lists as kept (tenant_id, station_id, mode, group_id, token_refs, revision, updated_at_ms,
      updated_by) values ($1, $2, $3, $4, $5, 1, $6, $7)
    on conflict (tenant_id, station_id) do update set mode = excluded.mode, group_id = excluded.group_id,
      token_refs = excluded.token_refs, revision = kept.revision + 1, updated_at_ms = excluded.updated_at_ms,
      updated_by = excluded.updated_by
    where kept.mode <> excluded.mode or kept.group_id is distinct from excluded.group_id
      or kept.token_refs::jsonb <> excluded.token_refs::jsonb`;
  const values = [tenantId, stationId, mode, groupId, JSON.stringify(tokenRefs), atMs, by];
  await asTenant(database, tenantId, (client) => client.query(put, values), { schema });
}

/**
 * Changed ones; those whose command came to nothing, or was never asked for, or whose differential update was refused; and of those that stand
 * the ones whose tokens were not looked up for long, or whose station tells another version than it acknowledged.
 */
export function dueLists(
  database: Database,
  times: { readonly againBeforeMs: number; readonly lookedUpBeforeMs: number },
  limit: number,
): Promise<DueList[]> {
  return database.query<DueList>(
    `select ${columns.replaceAll(/\btenant_id|\bstation_id/g, 'kept.$&')},
       case when (told.document ->> 'reportedAt')::bigint > coalesce(sent_at_ms, 0)
         then (told.document ->> 'version')::bigint end as "reportedVersion"
     from ${table} as kept ${reported}
     where revision > asked_revision
       or (outcome in ('expired', 'unknown', 'offline', 'superseded') and asked_at_ms <= $1)
       or (outcome is null and command_id is not null and asked_at_ms <= $1 and not exists (
         select from commands.commands as asked where asked.tenant_id = kept.tenant_id
           and asked.command_id = kept.command_id))
       or (outcome in ('rejected', 'failed') and asked_update = 'differential')
       or (outcome = 'accepted' and (looked_up_at_ms <= $2
         or ((told.document ->> 'version')::bigint <> acknowledged_version
           and (told.document ->> 'reportedAt')::bigint > sent_at_ms)))
     order by coalesce(asked_at_ms, 0), updated_at_ms limit $3`,
    [times.againBeforeMs, times.lookedUpBeforeMs, limit],
  );
}

/** What is being sent, before its command is asked for. */
export async function noteSent(
  database: Database,
  { tenantId, stationId, revision, attempts }: KeptList,
  sent: Pick<ListUpdate, 'update' | 'version'> & {
    readonly content: readonly ListEntry[];
    readonly commandId: string;
    readonly atMs: number;
  },
): Promise<void> {
  await database.query(
    `update ${table} set asked_revision = $3, attempts = $4, asked_at_ms = $5, looked_up_at_ms = $5, asked_version = $6,
       asked = $7, asked_update = $8, command_id = $9, outcome = null, detail = null, sent_at_ms = null
     where tenant_id = $1 and station_id = $2`,
    [
      tenantId,
      stationId,
      revision,
      attempts + 1,
      sent.atMs,
      sent.version,
      JSON.stringify(sent.content),
      sent.update,
      sent.commandId,
    ],
  );
}

/** Nothing to send: the station has it. */
export async function noteLookedUp(database: Database, kept: KeptList, atMs: number): Promise<void> {
  await database.query(
    `update ${table} set asked_revision = $3, looked_up_at_ms = $4, outcome = 'accepted', detail = null,
       sent_at_ms = coalesce(sent_at_ms, $4)
     where tenant_id = $1 and station_id = $2`,
    [kept.tenantId, kept.stationId, kept.revision, atMs],
  );
}

/** Too many commands wait for the station, say: it is asked again a minute later. */
export async function noteNotTaken(database: Database, { tenantId, stationId }: KeptList): Promise<void> {
  await database.query(
    `update ${table} set outcome = 'offline', detail = 'the command was not taken' where tenant_id = $1 and station_id = $2`,
    [tenantId, stationId],
  );
}

/** Takes over what became of the open commands. Only what was accepted is known to be in the station. */
export async function settleLists(database: Database): Promise<void> {
  await database.query(
    `update ${table} as kept set outcome = done.outcome, detail = done.detail,
       sent_at_ms = coalesce(done.sent_at_ms, done.completed_at_ms),
       acknowledged = case when done.outcome = 'accepted' then asked else acknowledged end,
       acknowledged_version = case when done.outcome = 'accepted' then asked_version else acknowledged_version end,
       needs_full = case when done.outcome in ('accepted') then false
         when done.outcome in ('expired', 'offline', 'superseded') then needs_full else true end
     from commands.commands as done
     where kept.command_id is not null and kept.outcome is null and done.tenant_id = kept.tenant_id
       and done.command_id = kept.command_id and done.state = 'completed'`,
  );
}

export type Unchecked = StationPlace & { readonly bootedAtMs: number };

/** Stations with a list that booted since it was sent, and since they were asked for its version. */
export function uncheckedLists(database: Database, bootsSinceMs: number, limit: number): Promise<Unchecked[]> {
  return database.query<Unchecked>(
    `select kept.tenant_id as "tenantId", kept.station_id as "stationId", max(boot.recorded_at_ms) as "bootedAtMs"
     from ${table} as kept join stations.boots as boot on ${boot}
     where kept.outcome = 'accepted' and boot.recorded_at_ms >= $1
       and boot.recorded_at_ms > greatest(kept.sent_at_ms, kept.checked_at_ms)
     group by kept.tenant_id, kept.station_id limit $2`,
    [bootsSinceMs, limit],
  );
}

export async function noteChecked(database: Database, { tenantId, stationId, bootedAtMs }: Unchecked): Promise<void> {
  await database.query(`update ${table} set checked_at_ms = $3 where tenant_id = $1 and station_id = $2`, [
    tenantId,
    stationId,
    bootedAtMs,
  ]);
}
