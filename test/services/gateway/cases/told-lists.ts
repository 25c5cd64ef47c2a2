// How the entries of lists in facts are expected: what the station said, and null for all that it did not.
import { now } from '../support.ts';

/** A reading of the energy register at the cases' time. */
export function registerOf(context: string, energyImportMilliWh: number, others: readonly object[] = []): object {
  return {
    sampledAt: now,
    context,
    energyImportMilliWh,
    energyExportMilliWh: null,
    powerImportMilliW: null,
    powerExportMilliW: null,
    powerOfferedMilliW: null,
    currentOfferedMilliA: null,
    currentMilliA: null,
    currentL1MilliA: null,
    currentL2MilliA: null,
    currentL3MilliA: null,
    voltageL1MilliV: null,
    voltageL2MilliV: null,
    voltageL3MilliV: null,
    socDeciPercent: null,
    others,
  };
}

/** The actual value of a variable; a secret's is null. */
export function variableOf(component: string, variable: string, value: string | null, more: object = {}): object {
  return {
    component,
    componentInstance: null,
    evseId: null,
    connectorId: null,
    variable,
    variableInstance: null,
    attribute: 'Actual',
    value,
    mutability: null,
    persistent: null,
    constant: null,
    dataType: null,
    unit: null,
    minLimit: null,
    maxLimit: null,
    valuesList: null,
    supportsMonitoring: null,
    ...more,
  };
}
