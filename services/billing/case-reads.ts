// What a decision is made of beside the session: its readings, where it took place, and which tariff was in force there.
import type { PriceReading } from '#contracts/generated/types';
import type { TariffAssignmentValue, TariffValue } from '#contracts/tariff';
import type { Database } from '#kit/postgres';
import type { Case } from './domain/decide.ts';
import { tariffFor, type Assigned, type Place, type TariffVersion } from './domain/in-force.ts';
import type { BilledSession } from './domain/session-input.ts';
import type { Due } from './due.ts';

/**
 * Clocks of stations run minutes off: where nothing was in force when a session began, what came so shortly after counts
 * as if it had been. The same tolerance as sessions have for a station's clock.
 */
const clockToleranceMs = 10 * 60 * 1000;

const selectReadings = `
  select t.readings from billing_sessions.session_readings t
  where t.tenant_id = $1 and t.session_id = $2 order by t.generation, t.source_offset`;

// As it stood when the session began; before a station was first registered, as it was registered.
const selectPlace = `
  select p.location_id, l.party_id, l.time_zone from (
    select location_id from billing_places.station_places
    where tenant_id = $1 and station_id = $2 order by at_ms <= $3 desc, case when at_ms <= $3 then -row_version else row_version end limit 1
  ) p left join lateral (
    select party_id, time_zone from billing_places.location_places l
    where l.tenant_id = $1 and l.location_id = p.location_id
    order by at_ms <= $3 desc, case when at_ms <= $3 then -row_version else row_version end limit 1
  ) l on true`;

// Of each assignment that names the place the last version until then; of its tariff likewise.
const selectAssigned = `
  select a.operation, a.value_json as assignment_json, t.id as tariff_id, t.version, t.operation as tariff_operation,
    t.value_json as tariff_json
  from (
    select distinct on (id) * from tariff_assignments_versions
    where tenant_id = $1 and at_ms <= $5
      and (station_id = $2 or (station_id is null and location_id = $3)
        or (station_id is null and location_id is null and party_id = $4)
        or (station_id is null and location_id is null and party_id is null))
    order by id, version desc
  ) a join lateral (
    select * from tariffs_versions v where v.tenant_id = $1 and v.id = a.tariff_id and v.at_ms <= $5
    order by version desc limit 1
  ) t on true
  where a.operation <> 'deleted' and t.operation <> 'deleted'`;

/** @param now clock: a session that a person released may take what is in force now, where nothing was then. */
export async function readCase(database: Database, { session, bill }: Due, now: number): Promise<Case> {
  const place = await readPlace(database, session);
  const instants = [session.startedAt, session.startedAt + clockToleranceMs];
  if (bill?.standing === 'released') instants.push(now);
  return {
    session,
    readings: await readReadings(database, session),
    place,
    tariff: await firstInForce(database, session, place, instants),
    bill,
  };
}

async function readReadings(database: Database, { tenantId, sessionId }: BilledSession): Promise<PriceReading[]> {
  const rows = await database.query<{ readings: PriceReading[] }>(selectReadings, [tenantId, sessionId]);
  return rows.flatMap(({ readings }) => readings);
}

type PlaceRow = { location_id: string | null; party_id: string | null; time_zone: string | null };

async function readPlace(database: Database, session: BilledSession): Promise<Place> {
  const { tenantId, stationId, evseId, startedAt } = session;
  const [row] = await database.query<PlaceRow>(selectPlace, [tenantId, stationId, startedAt]);
  const { location_id: locationId, party_id: partyId, time_zone: timeZone } = row ?? nowhere;
  return { stationId, evseId, locationId, partyId, timeZone };
}

const nowhere: PlaceRow = { location_id: null, party_id: null, time_zone: null };

/** Its validity is always asked at the session's start; the instants say what operators had written by then. */
async function firstInForce(
  database: Database,
  { tenantId, startedAt }: BilledSession,
  place: Place,
  instants: readonly number[],
): Promise<TariffVersion | undefined> {
  for (const at of instants) {
    const tariff = tariffFor(await readAssigned(database, tenantId, place, at), place, startedAt);
    if (tariff !== undefined) return tariff;
  }
  return undefined;
}

type AssignedRow = { assignment_json: string; tariff_id: string; version: number; tariff_json: string };

async function readAssigned(database: Database, tenantId: string, place: Place, at: number): Promise<Assigned[]> {
  const { stationId, locationId, partyId } = place;
  const rows = await database.query<AssignedRow>(selectAssigned, [tenantId, stationId, locationId, partyId, at]);
  return rows.map(({ assignment_json: assignmentJson, tariff_id: tariffId, version, tariff_json: json }) => {
    // Written by our own API alone, which checked them.
    const assignment = JSON.parse(assignmentJson) as TariffAssignmentValue;
    return { ...assignment, tariff: { tariffId, version, value: JSON.parse(json) as TariffValue, json } };
  });
}
