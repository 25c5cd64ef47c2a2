// Which variables a 2.x station has: settings that count, values that it keeps for the platform, and what it measures.
import type { OCPP21 } from 'typed-ocpp';
import { periodsMax, profilesMax, stackLevelMax } from '#load-tests/fleet/answers/charging-profiles';
import { listEntriesMax } from '#load-tests/fleet/answers/local-list';
import { certificatesMax } from '#load-tests/fleet/answers/certificates';
import type { Commanded, CommandedEvse } from '#load-tests/fleet/dialect';
import { isoOf } from '#load-tests/fleet/payload';
import type { SettingName } from '#load-tests/fleet/settings';

type ReportData = NonNullable<OCPP21.NotifyReportRequest['reportData']>[number];
export type Component = ReportData['component'];
type DataType = NonNullable<ReportData['variableCharacteristics']>['dataType'];

/** A setting, what the station keeps for the platform, what only the station knows, or a secret. */
type Source =
  | { readonly setting: SettingName }
  | {
      readonly initial: string;
      readonly dataType: DataType;
      readonly pattern: RegExp;
      readonly min?: number;
      readonly max?: number;
      readonly valuesList?: string;
      readonly needsReboot?: true;
    }
  | { readonly value: (station: Commanded) => string; readonly dataType: DataType; readonly valuesList?: string }
  | { readonly password: true };

export type Variable = {
  readonly component: Component;
  readonly name: string;
  readonly instance?: string;
  readonly unit?: string;
  readonly source: Source;
};

const secondsUnit = 's';
const statusValues = 'Available,Occupied,Reserved,Unavailable,Faulted';
const measurands = 'Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,SoC';
const patterns = {
  boolean: /^(true|false)$/i,
  integer: /^\d{1,9}$/,
  list: /^[\w.,-]{0,500}$/,
  text: /^.{0,50}$/,
} as const;

export const stationVariables: readonly Variable[] = [
  measured('ChargingStation', 'Model', ({ vendor }) => vendor.model),
  measured('ChargingStation', 'VendorName', ({ vendor }) => vendor.vendor),
  measured('ChargingStation', 'SerialNumber', ({ identity }) => identity.stationId.slice(-25)),
  measured('ChargingStation', 'FirmwareVersion', ({ firmwareVersion }) => firmwareVersion),
  measured('ChargingStation', 'Available', () => 'true', 'boolean'),
  setting('OCPPCommCtrlr', 'HeartbeatInterval', 'heartbeatIntervalSeconds', { unit: secondsUnit }),
  setting('OCPPCommCtrlr', 'MessageAttempts', 'transactionMessageAttempts', { instance: 'TransactionEvent' }),
  setting('OCPPCommCtrlr', 'MessageAttemptInterval', 'transactionMessageRetryIntervalSeconds', {
    instance: 'TransactionEvent',
    unit: secondsUnit,
  }),
  setting('OCPPCommCtrlr', 'RetryBackOffWaitMinimum', 'backOffWaitMinimumSeconds', { unit: secondsUnit }),
  setting('OCPPCommCtrlr', 'RetryBackOffRandomRange', 'backOffRandomRangeSeconds', { unit: secondsUnit }),
  setting('OCPPCommCtrlr', 'RetryBackOffRepeatTimes', 'backOffRepeatTimes'),
  setting('OCPPCommCtrlr', 'WebSocketPingInterval', 'webSocketPingIntervalSeconds', { unit: secondsUnit }),
  // Which way it connects is decided at boot.
  kept('OCPPCommCtrlr', 'NetworkConfigurationPriority', '1', {
    dataType: 'SequenceList',
    pattern: /^[1-3](,[1-3])*$/,
    needsReboot: true,
  }),
  kept('OCPPCommCtrlr', 'OfflineThreshold', '60', { dataType: 'integer', pattern: patterns.integer, max: 86_400 }),
  setting('SampledDataCtrlr', 'TxUpdatedInterval', 'meterIntervalSeconds', { unit: secondsUnit }),
  kept('SampledDataCtrlr', 'TxUpdatedMeasurands', measurands, { dataType: 'MemberList', pattern: patterns.list }),
  kept('SampledDataCtrlr', 'TxEndedMeasurands', measurands, { dataType: 'MemberList', pattern: patterns.list }),
  kept('AlignedDataCtrlr', 'Interval', '0', { dataType: 'integer', pattern: patterns.integer, max: 86_400 }),
  setting('AuthCtrlr', 'AuthorizeRemoteStart', 'authorizeRemoteStart'),
  setting('AuthCtrlr', 'LocalAuthorizeOffline', 'startOffline'),
  setting('TxCtrlr', 'StopTxOnInvalidId', 'stopOnInvalidToken'),
  kept('TxCtrlr', 'EVConnectionTimeOut', '120', { dataType: 'integer', pattern: patterns.integer, min: 10, max: 3600 }),
  measured(
    'TxCtrlr',
    'TxStartPoint',
    ({ traits }) => (traits.startsOnPlug ? 'EVConnected' : 'Authorized'),
    'MemberList',
  ),
  measured('TxCtrlr', 'TxStopPoint', () => 'EVConnected,Authorized', 'MemberList'),
  measured('DeviceDataCtrlr', 'ItemsPerMessage', () => '20', 'integer'),
  measured('LocalAuthListCtrlr', 'Available', () => 'true', 'boolean'),
  measured('LocalAuthListCtrlr', 'Entries', entries, 'integer'),
  kept('LocalAuthListCtrlr', 'Enabled', 'true', { dataType: 'boolean', pattern: patterns.boolean }),
  measured('LocalAuthListCtrlr', 'ItemsPerMessage', () => String(listEntriesMax), 'integer'),
  measured('SmartChargingCtrlr', 'Available', () => 'true', 'boolean'),
  kept('SmartChargingCtrlr', 'Enabled', 'true', { dataType: 'boolean', pattern: patterns.boolean }),
  measured('SmartChargingCtrlr', 'ProfileStackLevel', () => String(stackLevelMax), 'integer'),
  measured('SmartChargingCtrlr', 'PeriodsPerSchedule', () => String(periodsMax), 'integer'),
  measured('SmartChargingCtrlr', 'Entries', () => String(profilesMax), 'integer'),
  measured('SmartChargingCtrlr', 'RateUnit', () => 'A,W', 'MemberList'),
  measured('ReservationCtrlr', 'Available', () => 'true', 'boolean'),
  kept('ReservationCtrlr', 'Enabled', 'true', { dataType: 'boolean', pattern: patterns.boolean }),
  measured('MonitoringCtrlr', 'Available', () => 'true', 'boolean'),
  measured('DisplayMessageCtrlr', 'Available', () => 'true', 'boolean'),
  { component: { name: 'SecurityCtrlr' }, name: 'BasicAuthPassword', source: { password: true } },
  measured('SecurityCtrlr', 'Identity', ({ identity }) => identity.stationId),
  kept('SecurityCtrlr', 'OrganizationName', 'Chargestream', { dataType: 'string', pattern: patterns.text }),
  measured('SecurityCtrlr', 'CertificateEntries', () => String(certificatesMax), 'integer'),
  measured('SecurityCtrlr', 'SecurityProfile', () => '1', 'integer'),
  measured('ClockCtrlr', 'DateTime', (station) => isoOf(station.now()), 'dateTime'),
];

/** Of one EVSE and its connector. */
export function evseVariables({ evseId }: CommandedEvse): Variable[] {
  const find = (station: Commanded): CommandedEvse | undefined =>
    station.commandedEvses.find((each) => each.evseId === evseId);
  const value = (station: Commanded): string => stateOf(find(station));
  const source: Source = { value, dataType: 'OptionList', valuesList: statusValues };
  const evse: Component = { name: 'EVSE', evse: { id: evseId } };
  const connector: Component = { name: 'Connector', evse: { id: evseId, connectorId: 1 } };
  const plug = ({ vendor }: Commanded): string => (vendor.current === 'DC' ? 'cCCS2' : 'sType2');
  return [
    { component: evse, name: 'AvailabilityState', source },
    {
      component: evse,
      name: 'Power',
      unit: 'W',
      source: { value: (station) => String(find(station)?.powerW ?? 0), dataType: 'decimal' },
    },
    { component: connector, name: 'AvailabilityState', source },
    { component: connector, name: 'ConnectorType', source: { value: plug, dataType: 'string' } },
  ];
}

const states = {
  available: 'Available',
  preparing: 'Occupied',
  charging: 'Occupied',
  finishing: 'Occupied',
  reserved: 'Reserved',
  unavailable: 'Unavailable',
  faulted: 'Faulted',
} as const;

function stateOf(evse: CommandedEvse | undefined): string {
  return evse === undefined ? 'Unavailable' : states[evse.status];
}

function entries(station: Commanded): string {
  return String(station.facilities.localList?.entries.size ?? 0);
}

function setting(
  component: string,
  name: string,
  of: SettingName,
  more: { instance?: string; unit?: string } = {},
): Variable {
  return { component: { name: component }, name, source: { setting: of }, ...more };
}

type Kept = Omit<Extract<Source, { readonly initial: string }>, 'initial'>;

function kept(component: string, name: string, initial: string, more: Kept): Variable {
  return { component: { name: component }, name, source: { initial, ...more } };
}

function measured(
  component: string,
  name: string,
  value: (station: Commanded) => string,
  dataType: DataType = 'string',
): Variable {
  return { component: { name: component }, name, source: { value, dataType } };
}
