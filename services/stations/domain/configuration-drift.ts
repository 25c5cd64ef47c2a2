// What a station shall be configured as against what it reported: the same, different, or not known.
import type { WantedVariable } from '#contracts/treatment';

/** A variable as its station reported it last; '' and 0 stand for no name, as in its table. */
export type ActualVariable = {
  readonly component: string;
  readonly componentInstance: string;
  readonly evseId: number;
  readonly connectorId: number;
  readonly variable: string;
  readonly variableInstance: string;
  readonly value: string | null;
  readonly dataType: string | null;
  readonly reportedAtMs: number;
};

export type Compared = {
  readonly wanted: WantedVariable;
  readonly state: 'same' | 'different' | 'unknown';
  /** Null where it is unknown: never reported, or not to be read. */
  readonly actual: string | null;
  readonly reportedAtMs: number | null;
};

/** What a station of this subprotocol is configured with: variables of components are for 2.x, bare keys for 1.6. */
export function wantedIn(
  subprotocol: string | null | undefined,
  configuration: readonly WantedVariable[],
): WantedVariable[] {
  const is16 = subprotocol === 'ocpp1.6';
  return configuration.filter(({ component }) => (component === undefined) === is16);
}

export function compare(wanted: readonly WantedVariable[], actual: readonly ActualVariable[]): Compared[] {
  const byName = new Map(actual.map((one) => [nameOfActual(one), one]));
  return wanted.map((one) => {
    const told = byName.get(nameOfWanted(one));
    if (told === undefined || told.value === null)
      return { wanted: one, state: 'unknown', actual: null, reportedAtMs: told?.reportedAtMs ?? null };
    const state = isSame(one.value, told.value, told.dataType) ? 'same' : 'different';
    return { wanted: one, state, actual: told.value, reportedAtMs: told.reportedAtMs };
  });
}

/** Names are compared without case: 2.x part 1, 4.1.1, and 1.6 stations that return a key in their own spelling. */
function nameOfActual(one: Omit<ActualVariable, 'value' | 'dataType' | 'reportedAtMs'>): string {
  const { component, componentInstance, evseId, connectorId, variable, variableInstance } = one;
  const name = [component, componentInstance, evseId, connectorId, variable, variableInstance];
  return JSON.stringify(name).toLowerCase();
}

function nameOfWanted(wanted: WantedVariable): string {
  const { component = '', componentInstance = '', evseId = 0, connectorId = 0, variableInstance = '' } = wanted;
  const { variable } = wanted;
  return nameOfActual({ component, componentInstance, evseId, connectorId, variable, variableInstance });
}

/** Stations write booleans, numbers and lists in their own way: `True`, `60.0`, `b, a`. */
function isSame(wanted: string, actual: string, dataType: string | null): boolean {
  return canonical(wanted, dataType) === canonical(actual, dataType);
}

const number = /^[+-]?\d+(?:\.\d+)?$/;

function canonical(text: string, dataType: string | null): string {
  const trimmed = text.trim();
  if (trimmed.includes(',')) {
    const members = trimmed.split(',').map((member) => member.trim());
    // The order of a 2.x SequenceList is what it says; that of other lists is nobody's.
    return (dataType === 'SequenceList' ? members : members.toSorted()).join();
  }
  const lower = trimmed.toLowerCase();
  if (lower === 'true' || lower === 'false') return lower;
  return number.test(trimmed) ? canonicalNumber(trimmed) : trimmed;
}

/** Its digits alone, never a float: `+060.0` is `60`. */
function canonicalNumber(text: string): string {
  const [, sign = '', whole = '', fraction = ''] = /^([+-]?)0*(\d+)(?:\.(\d*?)0*)?$/.exec(text) ?? [];
  const digits = fraction === '' ? whole : `${whole}.${fraction}`;
  return sign === '-' && digits !== '0' ? `-${digits}` : digits;
}
