// Values of a station's configuration as they may be shown: secrets never.
import { isSecretVariable } from '#contracts/secret-variables';

/** The value, or null where there is none or it is a secret. */
export function shownValue(variable: string, value: string | undefined): string | null {
  return value === undefined || isSecretVariable(variable) ? null : value;
}
