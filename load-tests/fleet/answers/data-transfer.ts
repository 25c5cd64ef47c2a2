// DataTransfer: the maker's own service menu, by which an EVSE is made to fail and to recover.
import type { OCPP21 } from 'typed-ocpp';
import { result, row, type Rows } from '#load-tests/fleet/answers/answer';
import { availabilityOf } from '#load-tests/fleet/answers/availability';
import type { Commanded } from '#load-tests/fleet/dialect';
import type { Answer } from '#load-tests/fleet/rpc';

export const dataTransfer: Rows = {
  DataTransfer: row<OCPP21.DataTransferRequest>((station, { vendorId, messageId, data }) => {
    if (vendorId !== station.vendor.vendor) return result({ status: 'UnknownVendorId' });
    if (messageId === 'Fault') return setFault(station, data, true);
    if (messageId === 'Recover') return setFault(station, data, false);
    return result({ status: 'UnknownMessageId' });
  }),
};

/** `data` is the EVSE's number. */
function setFault(station: Commanded, data: unknown, isFaulted: boolean): Answer {
  const evse = station.commandedEvses.find(({ evseId }) => String(evseId) === String(data));
  if (evse === undefined) return result({ status: 'Rejected' });
  const { faulted } = availabilityOf(station.facilities);
  if (isFaulted) faulted.add(evse.evseId);
  else faulted.delete(evse.evseId);
  return result({ status: 'Accepted' }, () => {
    if (isFaulted) station.stop(evse.evseId, 'fault');
    station.conditionsChanged();
  });
}
