// A station's configuration as it reports it: variables with nothing said yet, and values as they may be shown.
import type { ReportedVariable } from '#contracts/generated/types';
import { isSecretVariable } from '#contracts/secret-variables';

/** All that a message may leave out about a variable. */
export const untold = {
  componentInstance: null,
  evseId: null,
  connectorId: null,
  variableInstance: null,
  mutability: null,
  persistent: null,
  constant: null,
  dataType: null,
  unit: null,
  minLimit: null,
  maxLimit: null,
  valuesList: null,
  supportsMonitoring: null,
} as const satisfies Partial<ReportedVariable>;

/** The value, or null where there is none or it is a secret. */
export function shownValue(variable: string, value: string | undefined): string | null {
  return value === undefined || isSecretVariable(variable) ? null : value;
}
