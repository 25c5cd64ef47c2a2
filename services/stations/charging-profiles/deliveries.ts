// How the delivery of kept charging profiles stands: what is due, what was asked, and what became of it.
import type { Database } from '#kit/postgres';
import { columns, schema, type KeptProfile } from './register.ts';

export type DueProfile = KeptProfile & { readonly bootedAtMs: number | null };

const table = `${schema}.charging_profiles`;
/** A boot that counts: 'Triggered' ones are told because we asked. */
const isBoot = `boot.status = 'Accepted' and boot.reason is distinct from 'Triggered'`;
/** A profile of a transaction ends with it, and one that is over by its own time is not sent again. */
const isLasting = (now: string) => `purpose <> 'TxProfile' and (valid_to_ms is null or valid_to_ms > ${now}::bigint)`;

/**
 * Changed ones, those whose command came to nothing, and those of stations that booted since they were sent.
 * @param bootsSinceMs boots before that were looked at.
 */
export function dueProfiles(
  database: Database,
  times: { readonly nowMs: number; readonly askedBeforeMs: number; readonly bootsSinceMs: number },
  limit: number,
): Promise<DueProfile[]> {
  return database.query<DueProfile>(
    `select ${columns}, (select max(recorded_at_ms) from stations.boots as boot
         where boot.tenant_id = kept.tenant_id and boot.station_id = kept.station_id and ${isBoot}) as "bootedAtMs"
     from ${table} as kept
     where version > asked_version
       or (outcome in ('expired', 'unknown', 'offline', 'superseded') and asked_at_ms <= $2
         and (removed or ${isLasting('$1')}))
       or (outcome is not null and (removed or ${isLasting('$1')}) and exists (
         select from stations.boots as boot where boot.recorded_at_ms >= $3 and boot.recorded_at_ms > kept.sent_at_ms
           and boot.tenant_id = kept.tenant_id and boot.station_id = kept.station_id and ${isBoot}))
     order by coalesce(asked_at_ms, 0), updated_at_ms limit $4`,
    [times.nowMs, times.askedBeforeMs, times.bootsSinceMs, limit],
  );
}

/** Its command is in the log. */
export async function noteAsked(
  database: Database,
  { tenantId, stationId, owner, name, version, attempts }: KeptProfile,
  commandId: string,
  nowMs: number,
): Promise<void> {
  await database.query(
    `update ${table} set asked_version = $5, attempts = $6, asked_at_ms = $7, command_id = $8, outcome = null,
       detail = null, sent_at_ms = null
     where tenant_id = $1 and station_id = $2 and owner = $3 and name = $4`,
    [tenantId, stationId, owner, name, version, attempts + 1, nowMs, commandId],
  );
}

/** Takes over what became of the open commands, and lets go of what stations have cleared, or never had. */
export async function settleProfiles(database: Database): Promise<void> {
  await database.query(
    `update ${table} as kept set outcome = done.outcome, detail = done.detail,
       sent_at_ms = coalesce(done.sent_at_ms, done.completed_at_ms)
     from commands.commands as done
     where kept.command_id is not null and kept.outcome is null and done.tenant_id = kept.tenant_id
       and done.command_id = kept.command_id and done.state = 'completed'`,
  );
  await database.query(
    `delete from ${table} where removed and version = asked_version
       and outcome in ('accepted', 'rejected', 'notSupported')`,
  );
}
