// A station's documents as operators see them: times as ISO 8601, schedules as JSON.
import type { Static, TSchema } from 'typebox';
import type { Certificate } from '../domain/certificates.ts';
import type { Profile } from '../domain/charging-profiles.ts';
import type { ShownMessage } from '../domain/display-messages.ts';
import type { Inventory } from '../domain/inventory.ts';
import type { FirmwareTerms, Job, LogTerms } from '../domain/jobs.ts';
import type { Availability, ChargingLimit, CompositeSchedule, LocalList } from '../domain/latest.ts';
import type { Alarms, Monitor } from '../domain/monitors.ts';
import type { Reservation } from '../domain/reservations.ts';
import type * as schemas from './detail-schemas.ts';
import { isoOf } from './page.ts';

type View<S extends keyof typeof schemas> = (typeof schemas)[S] extends TSchema ? Static<(typeof schemas)[S]> : never;

export function availabilityView(wanted: Availability): View<'wantedAvailability'> {
  const { evseId, connectorId, operative, scheduled, reportedAt } = wanted;
  return { evseId, connectorId, operative, scheduled, at: isoOf(reportedAt) };
}

export function firmwareJobView(job: Job<FirmwareTerms>): View<'firmwareJob'> {
  const { retrieveAt, installAt, ...terms } = job.terms;
  return { ...terms, ...lifeOf(job), retrieveAt: isoOf(retrieveAt), installAt: isoOf(installAt) };
}

export function logJobView(job: Job<LogTerms>): View<'logJob'> {
  return { ...job.terms, ...lifeOf(job) };
}

export function certificateView({ expiresAt, reportedAt, ...certificate }: Certificate): View<'certificate'> {
  return { ...certificate, expiresAt: isoOf(expiresAt), reportedAt: isoOf(reportedAt) };
}

export function localListView(list: LocalList | null): View<'localList'> {
  if (list === null) return { version: null, updateType: null, reportedAt: null };
  return { version: list.version, updateType: list.updateType, reportedAt: isoOf(list.reportedAt) };
}

export function reservationView(reservation: Reservation): View<'reservation'> {
  const { expiresAt, acceptedAt, changedAt, uncertainSince, epoch: _, ...terms } = reservation;
  return {
    ...terms,
    expiresAt: isoOf(expiresAt),
    acceptedAt: isoOf(acceptedAt),
    changedAt: isoOf(changedAt),
    uncertainSince: isoOf(uncertainSince),
  };
}

export function profileView(profile: Profile): View<'chargingProfile'> {
  const { evseId, validFrom, validTo, schedulesJson, moreJson, reportedAt, ...terms } = profile;
  return {
    ...terms,
    evseId: evseId ?? 0,
    validFrom: isoOf(validFrom),
    validTo: isoOf(validTo),
    schedules: jsonOf(schedulesJson),
    more: jsonOf(moreJson),
    reportedAt: isoOf(reportedAt),
  };
}

export function compositeView(schedule: CompositeSchedule): View<'compositeSchedule'> {
  const { startsAt, periodsJson, reportedAt, epoch: _, ...terms } = schedule;
  return { ...terms, startsAt: isoOf(startsAt), periods: jsonOf(periodsJson), reportedAt: isoOf(reportedAt) };
}

export function limitView(limit: ChargingLimit): View<'chargingLimit'> {
  const { evseId, source, isGridCritical, isLocalGeneration, schedulesJson, reportedAt } = limit;
  const schedules = jsonOf(schedulesJson);
  return { evseId, source, isGridCritical, isLocalGeneration, schedules, reportedAt: isoOf(reportedAt) };
}

export function messageView(shown: ShownMessage): View<'displayMessage'> {
  const { startsAt, endsAt, extraJson, reportedAt, ...message } = shown;
  const times = { startsAt: isoOf(startsAt), endsAt: isoOf(endsAt), reportedAt: isoOf(reportedAt) };
  return { ...message, ...times, extra: jsonOf(extraJson) };
}

export function monitorView(alarms: Alarms | null): (monitor: Monitor) => View<'monitor'> {
  return ({ reportedAt, ...monitor }) => {
    const alarmed = alarms?.alarmed.find(({ monitorId }) => monitorId === monitor.monitorId);
    const alarm =
      alarmed === undefined ? null : { since: isoOf(alarmed.since), value: alarmed.value, severity: alarmed.severity };
    return { ...monitor, reportedAt: isoOf(reportedAt), alarm };
  };
}

export function inventoryView<Entry, Item>(inventory: Inventory<Entry> | null, view: (entry: Entry) => Item) {
  const unfinished = (inventory?.reports.open ?? []).map(({ requestId, startedAt, parts, items }) => ({
    requestId,
    startedAt: isoOf(startedAt),
    parts: [...parts],
    entries: items.length,
  }));
  return { items: (inventory?.entries ?? []).map(view), unfinished };
}

function lifeOf({ requestId, startedAt, statuses }: Job<unknown>) {
  return {
    requestId,
    startedAt: isoOf(startedAt),
    status: statuses.at(-1)?.status ?? '',
    statuses: statuses.map(({ status, at, recordedAt }) => ({ status, at: isoOf(at), recordedAt: isoOf(recordedAt) })),
  };
}

/** Gateways write JSON; anything else is shown as the text it is. */
function jsonOf(json: string | null): unknown {
  if (json === null) return null;
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
