// The configuration keys of a 1.6 station: which exist, which a platform may write, and which setting each one is.
import { certificatesMax } from '#load-tests/fleet/answers/certificates';
import { periodsMax, profilesMax, stackLevelMax } from '#load-tests/fleet/answers/charging-profiles';
import { listEntriesMax } from '#load-tests/fleet/answers/local-list';
import type { Commanded } from '#load-tests/fleet/dialect';
import { setFromText, settingText, type SettingName } from '#load-tests/fleet/settings';

type Key =
  | { readonly setting: SettingName }
  | { readonly constant: string }
  | { readonly count: 'evses' }
  /** Kept for the platform. */
  | { readonly initial: string; readonly pattern: RegExp; readonly needsReboot?: true };

const measurands = 'Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,SoC';
const boolean = /^(true|false)$/i;
const seconds = /^\d{1,5}$/;
const list = /^[\w.,-]{0,500}$/;

export const keysAskedMax = 50;

const keys: Readonly<Record<string, Key>> = {
  AuthorizeRemoteTxRequests: { setting: 'authorizeRemoteStart' },
  AdditionalRootCertificateCheck: { constant: 'false' },
  CertificateSignedMaxChainSize: { constant: '10000' },
  CertificateStoreMaxLength: { constant: String(certificatesMax) },
  ChargeProfileMaxStackLevel: { constant: String(stackLevelMax) },
  ChargingScheduleAllowedChargingRateUnit: { constant: 'Current,Power' },
  ChargingScheduleMaxPeriods: { constant: String(periodsMax) },
  ClockAlignedDataInterval: { initial: '0', pattern: seconds },
  ConnectionTimeOut: { initial: '120', pattern: seconds },
  ConnectorPhaseRotation: { constant: '0.RST' },
  CpoName: { initial: 'Chargestream', pattern: /^.{0,50}$/ },
  GetConfigurationMaxKeys: { constant: String(keysAskedMax) },
  HeartbeatInterval: { setting: 'heartbeatIntervalSeconds' },
  LocalAuthorizeOffline: { setting: 'startOffline' },
  LocalAuthListEnabled: { initial: 'true', pattern: boolean },
  LocalAuthListMaxLength: { constant: String(listEntriesMax) },
  LocalPreAuthorize: { constant: 'false' },
  MaxChargingProfilesInstalled: { constant: String(profilesMax) },
  MeterValuesAlignedData: { initial: '', pattern: list },
  MeterValuesSampledData: { initial: measurands, pattern: list },
  MeterValueSampleInterval: { setting: 'meterIntervalSeconds' },
  NumberOfConnectors: { count: 'evses' },
  ReserveConnectorZeroSupported: { constant: 'true' },
  ResetRetries: { initial: '0', pattern: /^\d{1,2}$/ },
  SecurityProfile: { constant: '1' },
  SendLocalListMaxLength: { constant: String(listEntriesMax) },
  StopTransactionOnEVSideDisconnect: { constant: 'true' },
  StopTransactionOnInvalidId: { setting: 'stopOnInvalidToken' },
  StopTxnAlignedData: { constant: '' },
  StopTxnSampledData: { constant: '' },
  SupportedFeatureProfiles: {
    constant: 'Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger',
  },
  TransactionMessageAttempts: { setting: 'transactionMessageAttempts' },
  TransactionMessageRetryInterval: { setting: 'transactionMessageRetryIntervalSeconds' },
  UnlockConnectorOnEVSideDisconnect: { constant: 'true' },
  // The radio takes it at its next start.
  Vendor_RadioChannel: { initial: '1', pattern: /^\d{1,2}$/, needsReboot: true },
  WebSocketPingInterval: { setting: 'webSocketPingIntervalSeconds' },
};

/** The password is a key that can be written and never read (security whitepaper A01.FR.09). */
const passwordKey = 'AuthorizationKey';
const passwordPattern = /^(?:[0-9A-Fa-f]{2}){16,20}$/;

export const keyNames: readonly string[] = Object.keys(keys);

export type ConfigurationKey = { key: string; readonly: boolean; value: string };

export function readKey(station: Commanded, name: string): ConfigurationKey | undefined {
  const key = Object.hasOwn(keys, name) ? keys[name] : undefined;
  if (key === undefined) return undefined;
  if ('setting' in key) return { key: name, readonly: false, value: settingText(station.settings, key.setting) };
  if ('initial' in key)
    return { key: name, readonly: false, value: station.facilities.variables?.get(name) ?? key.initial };
  return { key: name, readonly: true, value: 'constant' in key ? key.constant : String(station.identity.evses) };
}

type Written = 'Accepted' | 'Rejected' | 'RebootRequired' | 'NotSupported';

export function writeKey(station: Commanded, name: string, value: string): Written {
  if (name === passwordKey) {
    if (!passwordPattern.test(value)) return 'Rejected';
    station.changePassword(value);
    return 'Accepted';
  }
  const key = Object.hasOwn(keys, name) ? keys[name] : undefined;
  if (key === undefined) return 'NotSupported';
  if ('setting' in key) return setFromText(station.settings, key.setting, value) ? 'Accepted' : 'Rejected';
  if (!('initial' in key) || !key.pattern.test(value)) return 'Rejected';
  station.facilities.variables ??= new Map<string, string>();
  station.facilities.variables.set(name, value);
  return key.needsReboot === true ? 'RebootRequired' : 'Accepted';
}
