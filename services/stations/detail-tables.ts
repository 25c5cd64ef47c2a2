// Reads and writes the documents of stations, one row per station and subject.
import type { PoolClient } from 'pg';
import { stationKey } from '#contracts/keys';
import { splitKeys, writeRows } from '#kit/projection/table-rows';
import { noDetails, type Details, type Subject } from './domain/details.ts';
import { dueAtOf, isSelfReliant } from './domain/reservation-end.ts';
import { firstDoubtOf } from './domain/reservation-resend.ts';
import { lastConnectionOf, type Station } from './domain/station.ts';
import { selectDetails, upsertDetails } from './logged-statements.ts';

type DetailRow = { tenant_id: string; station_id: string; subject: Subject; document: unknown };

/** The documents of these stations, by `tenant/station`; a station without any is absent. */
export async function loadDetails(client: PoolClient, keys: readonly string[]): Promise<Map<string, Details>> {
  const { rows } = await client.query<DetailRow>(selectDetails, splitKeys(keys));
  const details = new Map<string, Details>();
  for (const { tenant_id, station_id, subject, document } of rows) {
    const key = stationKey(tenant_id, station_id);
    details.set(key, { ...(details.get(key) ?? noDetails), [subject]: document });
  }
  return details;
}

export async function saveDetails(client: PoolClient, stations: readonly Station[]): Promise<void> {
  const rows = stations.flatMap((station) =>
    station.touched.map((subject) => ({
      tenant_id: station.tenantId,
      station_id: station.stationId,
      subject,
      document: station.details[subject],
      due_at_ms: subject === 'reservations' ? dueAtMs(station) : null,
      uncertain_since_ms: subject === 'reservations' ? firstDoubtOf(station.details.reservations ?? []) : null,
    })),
  );
  await writeRows(client, upsertDetails, rows);
}

function dueAtMs(station: Station): number | null {
  const { reservations } = station.details;
  return reservations === null ? null : dueAtOf(reservations, isSelfReliant(lastConnectionOf(station)?.subprotocol));
}
