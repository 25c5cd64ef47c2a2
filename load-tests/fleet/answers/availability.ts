// ChangeAvailability: what is out of service, by EVSE or as a whole; a running session ends first. It survives reboots.
import type { OCPP16, OCPP21 } from 'typed-ocpp';
import { result, row, type Rows } from '#load-tests/fleet/answers/answer';
import type { Commanded } from '#load-tests/fleet/dialect';
import type { Facilities } from '#load-tests/fleet/facilities';

/** EVSE numbers; 0 is the whole station. */
export type Availability = { readonly inoperative: Set<number>; readonly faulted: Set<number> };

export const availability16: Rows = {
  ChangeAvailability: row<OCPP16.ChangeAvailabilityRequest>((station, { connectorId, type }) =>
    change(station, connectorId, type),
  ),
};

export const availability2: Rows = {
  ChangeAvailability: row<OCPP21.ChangeAvailabilityRequest>((station, { evse, operationalStatus }) =>
    evse?.connectorId !== undefined && evse.connectorId !== 1
      ? result({ status: 'Rejected' })
      : change(station, evse?.id ?? 0, operationalStatus),
  ),
};

export function availabilityOf(facilities: Facilities): Availability {
  facilities.availability ??= { inoperative: new Set(), faulted: new Set() };
  return facilities.availability;
}

/** Whether anything keeps drivers away from an EVSE that nobody uses. */
export function outageOf(facilities: Facilities, evseId: number): 'faulted' | 'unavailable' | undefined {
  const { availability } = facilities;
  if (availability === undefined) return undefined;
  if (availability.faulted.has(evseId)) return 'faulted';
  return availability.inoperative.has(0) || availability.inoperative.has(evseId) ? 'unavailable' : undefined;
}

function change(station: Commanded, evseId: number, wanted: 'Operative' | 'Inoperative'): ReturnType<typeof result> {
  if (evseId < 0 || evseId > station.identity.evses) return result({ status: 'Rejected' });
  const { inoperative } = availabilityOf(station.facilities);
  if (wanted === 'Inoperative') inoperative.add(evseId);
  else inoperative.delete(evseId);
  // Back in service as a whole means each of them (1.6 section 5.2, 2.x G04).
  if (wanted === 'Operative' && evseId === 0) inoperative.clear();
  const isBusy = station.commandedEvses.some(
    (evse) => evse.session !== undefined && (evseId === 0 || evse.evseId === evseId),
  );
  const status = wanted === 'Inoperative' && isBusy ? 'Scheduled' : 'Accepted';
  return result({ status }, () => station.conditionsChanged());
}
