// The device model of a 2.x station: its variables looked up, read, written within their limits, and reported.
import type { OCPP21 } from 'typed-ocpp';
import { stationVariables, evseVariables, type Component, type Variable } from '#load-tests/fleet/device-variables';
import type { Commanded } from '#load-tests/fleet/dialect';
import { fieldOf, integerOf, textOf } from '#load-tests/fleet/payload';
import { setFromText, settingText, switches } from '#load-tests/fleet/settings';

type ReportData = NonNullable<OCPP21.NotifyReportRequest['reportData']>[number];
type Characteristics = NonNullable<ReportData['variableCharacteristics']>;

const passwordPattern = /^[\u0020-\u007e]{16,40}$/;

/** Everything the station has, its EVSEs and connectors last. */
export function variablesOf(station: Commanded): readonly Variable[] {
  return [...stationVariables, ...station.commandedEvses.flatMap(evseVariables)];
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

export function valueOf(station: Commanded, { source, ...variable }: Variable): string {
  if ('setting' in source) return settingText(station.settings, source.setting);
  if ('value' in source) return source.value(station);
  return 'initial' in source ? (station.facilities.variables?.get(keyOf(variable)) ?? source.initial) : '';
}

export function write(
  station: Commanded,
  { source, ...variable }: Variable,
  value: string,
): 'Accepted' | 'Rejected' | 'RebootRequired' {
  if ('password' in source) {
    if (!passwordPattern.test(value)) return 'Rejected';
    station.changePassword(value);
    return 'Accepted';
  }
  if ('setting' in source) return setFromText(station.settings, source.setting, value) ? 'Accepted' : 'Rejected';
  if (!('initial' in source) || !isWithin(source, value)) return 'Rejected';
  station.facilities.variables ??= new Map<string, string>();
  station.facilities.variables.set(keyOf(variable), value);
  return source.needsReboot === true ? 'RebootRequired' : 'Accepted';
}

function isWithin({ pattern, min, max }: { pattern: RegExp; min?: number; max?: number }, value: string): boolean {
  if (!pattern.test(value)) return false;
  return !(Number(value) < (min ?? Number.NEGATIVE_INFINITY)) && !(Number(value) > (max ?? Number.POSITIVE_INFINITY));
}

export function isWritable(variable: Variable): boolean {
  return !('value' in variable.source);
}

/** One line of a report. A secret is listed without its value. */
export function reportOf(station: Commanded, variable: Variable): ReportData {
  const { component, name, instance, source } = variable;
  const mutability = 'password' in source ? 'WriteOnly' : 'value' in source ? 'ReadOnly' : 'ReadWrite';
  const attribute = isReadable(variable)
    ? ({ value: valueOf(station, variable), mutability } as const)
    : ({ mutability } as const);
  return {
    component,
    variable: instance === undefined ? { name } : { name, instance },
    variableAttribute: [attribute],
    variableCharacteristics: characteristicsOf(variable),
  };
}

function characteristicsOf({ source, unit }: Variable): Characteristics {
  const characteristics: Characteristics = { dataType: dataTypeOf(source), supportsMonitoring: 'value' in source };
  if (unit !== undefined) characteristics.unit = unit;
  if ('valuesList' in source && source.valuesList !== undefined) characteristics.valuesList = source.valuesList;
  if (!('initial' in source)) return characteristics;
  if (source.min !== undefined) characteristics.minLimit = source.min;
  if (source.max !== undefined) characteristics.maxLimit = source.max;
  return characteristics;
}

function dataTypeOf(source: Variable['source']): Characteristics['dataType'] {
  if ('password' in source) return 'string';
  if ('setting' in source) return switches.has(source.setting) ? 'boolean' : 'integer';
  return source.dataType;
}

function keyOf({ component, name, instance }: Omit<Variable, 'source'>): string {
  return [component.name, component.evse?.id, name, instance].join('/');
}
