// What suppresses the alert of a place: a maintenance window, or a planned outage that covers it.
import type { MaintenanceWindowValue } from '#contracts/alerting';
import type { Outage } from './watch.ts';

export type SuppressedPlace = {
  /** Null: a whole site. */
  readonly stationId: string | null;
  readonly locationId: string | null;
  readonly evseId: number | null;
  readonly outages: readonly Outage[];
};

/** `maintenance/<id>` or `outage/<id>`; null where nothing does. Both begin at `from` and end before `to`. */
export function suppressorOf(
  { stationId, locationId, evseId, outages }: SuppressedPlace,
  windows: readonly MaintenanceWindowValue[],
  nowMs: number,
): string | null {
  const window = windows.find(
    ({ stationIds, locationIds, from, to }) =>
      Date.parse(from) <= nowMs &&
      nowMs < Date.parse(to) &&
      ((stationId !== null && stationIds.includes(stationId)) ||
        (locationId !== null && locationIds.includes(locationId))),
  );
  if (window !== undefined) return `maintenance/${window.windowId}`;
  const outage = outages.find(
    (each) =>
      each.kind === 'planned' &&
      each.withdrawnAt === null &&
      each.from <= nowMs &&
      nowMs < each.to &&
      (each.evseId === null || each.evseId === evseId),
  );
  return outage === undefined ? null : `outage/${outage.outageId}`;
}
