// The device model of a 2.0.1 station: components, variables, their values, and which of them a platform may write.
import type { OCPP20 } from 'typed-ocpp';
import type { Commanded } from '#load-tests/fleet/dialect';
import { fieldOf, integerOf, isoOf, textOf } from '#load-tests/fleet/payload';
import { setFromText, settingText, switches, type SettingName } from '#load-tests/fleet/settings';

type ReportData = NonNullable<OCPP20.NotifyReportRequest['reportData']>[number];
type Component = ReportData['component'];
type Characteristics = NonNullable<ReportData['variableCharacteristics']>;
type DataType = Characteristics['dataType'];

type Source =
  | { readonly setting: SettingName }
  | { readonly value: (station: Commanded) => string; readonly dataType: DataType; readonly valuesList?: string }
  | { readonly password: true };

export type Variable = {
  readonly component: Component;
  readonly name: string;
  readonly instance?: string;
  readonly unit?: string;
  readonly source: Source;
};

const passwordPattern = /^[\u0020-\u007e]{16,40}$/;
const secondsUnit = 's';
const statusValues = 'Available,Occupied,Reserved,Unavailable,Faulted';

function setting(
  component: string,
  name: string,
  of: SettingName,
  more: { instance?: string; unit?: string } = {},
): Variable {
  return { component: { name: component }, name, source: { setting: of }, ...more };
}

function constant(component: string, name: string, value: string, dataType: DataType): Variable {
  return { component: { name: component }, name, source: { value: () => value, dataType } };
}

const stationVariables: readonly Variable[] = [
  constant('ChargingStation', 'Model', 'Fleet', 'string'),
  constant('ChargingStation', 'VendorName', 'Chargestream', 'string'),
  constant('ChargingStation', 'Available', 'true', 'boolean'),
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
  constant('OCPPCommCtrlr', 'NetworkConfigurationPriority', '1', 'SequenceList'),
  setting('SampledDataCtrlr', 'TxUpdatedInterval', 'meterIntervalSeconds', { unit: secondsUnit }),
  constant(
    'SampledDataCtrlr',
    'TxUpdatedMeasurands',
    'Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,SoC',
    'MemberList',
  ),
  setting('AuthCtrlr', 'AuthorizeRemoteStart', 'authorizeRemoteStart'),
  setting('AuthCtrlr', 'LocalAuthorizeOffline', 'startOffline'),
  setting('TxCtrlr', 'StopTxOnInvalidId', 'stopOnInvalidToken'),
  {
    component: { name: 'TxCtrlr' },
    name: 'TxStartPoint',
    source: {
      value: (station) => (station.traits.startsOnPlug ? 'EVConnected' : 'Authorized'),
      dataType: 'MemberList',
    },
  },
  constant('TxCtrlr', 'TxStopPoint', 'EVConnected,Authorized', 'MemberList'),
  constant('DeviceDataCtrlr', 'ItemsPerMessage', '20', 'integer'),
  { component: { name: 'SecurityCtrlr' }, name: 'BasicAuthPassword', source: { password: true } },
  {
    component: { name: 'SecurityCtrlr' },
    name: 'Identity',
    source: { value: (station) => station.identity.stationId, dataType: 'string' },
  },
  constant('SecurityCtrlr', 'SecurityProfile', '1', 'integer'),
  {
    component: { name: 'ClockCtrlr' },
    name: 'DateTime',
    source: { value: (station) => isoOf(station.now()), dataType: 'dateTime' },
  },
];

/** Everything the station has, its EVSEs and connectors last. */
export function variablesOf(station: Commanded): readonly Variable[] {
  const perEvse = station.commandedEvses.flatMap((evse): Variable[] => {
    const value = (): string => (evse.status === 'available' ? 'Available' : 'Occupied');
    const source: Source = { value, dataType: 'OptionList', valuesList: statusValues };
    const connector: Component = { name: 'Connector', evse: { id: evse.evseId, connectorId: 1 } };
    return [
      { component: { name: 'EVSE', evse: { id: evse.evseId } }, name: 'AvailabilityState', source },
      { component: connector, name: 'AvailabilityState', source },
      { component: connector, name: 'ConnectorType', source: { value: () => 'sType2', dataType: 'string' } },
    ];
  });
  return [...stationVariables, ...perEvse];
}

/** The variables that a component and, where given, a variable of a request name; names match without regard to case. */
export function matching(variables: readonly Variable[], component: unknown, variable: unknown): readonly Variable[] {
  const inComponent = variables.filter((each) => isComponent(each.component, component));
  if (variable === undefined) return inComponent;
  const name = textOf(variable, 'name')?.toLowerCase();
  const instance = textOf(variable, 'instance')?.toLowerCase();
  return inComponent.filter((each) => each.name.toLowerCase() === name && each.instance?.toLowerCase() === instance);
}

function isComponent(own: Component, asked: unknown): boolean {
  if (own.name.toLowerCase() !== textOf(asked, 'name')?.toLowerCase()) return false;
  const evse = fieldOf(asked, 'evse');
  if (evse === undefined) return own.evse === undefined;
  const connectorId = integerOf(evse, 'connectorId');
  return own.evse?.id === integerOf(evse, 'id') && own.evse?.connectorId === connectorId;
}

export function isReadable(variable: Variable): boolean {
  return !('password' in variable.source);
}

export function valueOf(station: Commanded, variable: Variable): string {
  if ('setting' in variable.source) return settingText(station.settings, variable.source.setting);
  return 'value' in variable.source ? variable.source.value(station) : '';
}

export function write(station: Commanded, variable: Variable, value: string): 'Accepted' | 'Rejected' {
  if ('password' in variable.source) {
    if (!passwordPattern.test(value)) return 'Rejected';
    station.changePassword(value);
    return 'Accepted';
  }
  return 'setting' in variable.source && setFromText(station.settings, variable.source.setting, value)
    ? 'Accepted'
    : 'Rejected';
}

export function isWritable(variable: Variable): boolean {
  return !('value' in variable.source);
}

/** One line of a report. A secret is listed without its value. */
export function reportOf(station: Commanded, variable: Variable): ReportData {
  const { component, name, instance, unit, source } = variable;
  const mutability = 'password' in source ? 'WriteOnly' : 'setting' in source ? 'ReadWrite' : 'ReadOnly';
  const attribute = isReadable(variable)
    ? ({ value: valueOf(station, variable), mutability } as const)
    : ({ mutability } as const);
  const characteristics: Characteristics = { dataType: dataTypeOf(source), supportsMonitoring: false };
  if (unit !== undefined) characteristics.unit = unit;
  if ('value' in source && source.valuesList !== undefined) characteristics.valuesList = source.valuesList;
  return {
    component,
    variable: instance === undefined ? { name } : { name, instance },
    variableAttribute: [attribute],
    variableCharacteristics: characteristics,
  };
}

function dataTypeOf(source: Source): DataType {
  if ('password' in source) return 'string';
  if ('setting' in source) return switches.has(source.setting) ? 'boolean' : 'integer';
  return source.dataType;
}
