// Network connection profiles: kept per slot; none may lower the security profile (B09).
import type { OCPP21 } from 'typed-ocpp';
import { result, row, type Rows } from '#load-tests/fleet/answers/answer';

type Profile = OCPP21.SetNetworkProfileRequest['connectionData'];

export type NetworkProfiles = Map<number, Profile>;

export const networkSlotsMax = 3;
const securityProfileNow = 1;

export const networkProfiles2: Rows = {
  SetNetworkProfile: row<OCPP21.SetNetworkProfileRequest>((station, { configurationSlot: slot, connectionData }) => {
    const { ocppCsmsUrl, ocppTransport, securityProfile, messageTimeout } = connectionData;
    if (slot < 1 || slot > networkSlotsMax) return result({ status: 'Rejected' });
    if (securityProfile < securityProfileNow || ocppTransport !== 'JSON') return result({ status: 'Rejected' });
    const isReachable = URL.canParse(ocppCsmsUrl) && /^wss?:$/.test(new URL(ocppCsmsUrl).protocol);
    if (!isReachable || messageTimeout <= 0) return result({ status: 'Failed' });
    station.facilities.networkProfiles ??= new Map<number, Profile>();
    station.facilities.networkProfiles.set(slot, connectionData);
    return result({ status: 'Accepted' });
  }),
};
