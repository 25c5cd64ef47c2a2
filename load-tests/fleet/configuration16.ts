// The configuration keys of a 1.6 station: which exist, which a platform may write, and which setting each one is.
import type { Commanded } from '#load-tests/fleet/dialect';
import { setFromText, settingText, type SettingName } from '#load-tests/fleet/settings';

type Key = { readonly setting: SettingName } | { readonly constant: string } | { readonly count: 'evses' };

export const keysAskedMax = 50;

const keys: Readonly<Record<string, Key>> = {
  AuthorizeRemoteTxRequests: { setting: 'authorizeRemoteStart' },
  ClockAlignedDataInterval: { constant: '0' },
  ConnectionTimeOut: { constant: '120' },
  ConnectorPhaseRotation: { constant: '0.RST' },
  GetConfigurationMaxKeys: { constant: String(keysAskedMax) },
  HeartbeatInterval: { setting: 'heartbeatIntervalSeconds' },
  LocalAuthorizeOffline: { setting: 'startOffline' },
  LocalPreAuthorize: { constant: 'false' },
  MeterValuesAlignedData: { constant: '' },
  MeterValuesSampledData: { constant: 'Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,SoC' },
  MeterValueSampleInterval: { setting: 'meterIntervalSeconds' },
  NumberOfConnectors: { count: 'evses' },
  ResetRetries: { constant: '0' },
  StopTransactionOnEVSideDisconnect: { constant: 'true' },
  StopTransactionOnInvalidId: { setting: 'stopOnInvalidToken' },
  StopTxnAlignedData: { constant: '' },
  StopTxnSampledData: { constant: '' },
  SupportedFeatureProfiles: { constant: 'Core,RemoteTrigger' },
  TransactionMessageAttempts: { setting: 'transactionMessageAttempts' },
  TransactionMessageRetryInterval: { setting: 'transactionMessageRetryIntervalSeconds' },
  UnlockConnectorOnEVSideDisconnect: { constant: 'true' },
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
  return { key: name, readonly: true, value: 'constant' in key ? key.constant : String(station.identity.evses) };
}

export function writeKey(station: Commanded, name: string, value: string): 'Accepted' | 'Rejected' | 'NotSupported' {
  if (name === passwordKey) {
    if (!passwordPattern.test(value)) return 'Rejected';
    station.changePassword(value);
    return 'Accepted';
  }
  const key = Object.hasOwn(keys, name) ? keys[name] : undefined;
  if (key === undefined) return 'NotSupported';
  return 'setting' in key && setFromText(station.settings, key.setting, value) ? 'Accepted' : 'Rejected';
}
