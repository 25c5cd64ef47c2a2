// What stations shall be configured as: which writes are allowed, and what a template and a station's own wishes come to.
import type { WantedVariable } from '#contracts/treatment';
import { isSecretVariable } from '#contracts/secret-variables';
import { repeated, type Violation } from './violation.ts';

/** What tells one variable of a station from another. */
export function variableKey(variable: Omit<WantedVariable, 'value'>): string {
  const { component = '', componentInstance = '', evseId = 0, connectorId = 0, variableInstance = '' } = variable;
  return JSON.stringify([component, componentInstance, evseId, connectorId, variable.variable, variableInstance]);
}

export function configurationViolations(configuration: readonly WantedVariable[]): Violation[] {
  const secrets = configuration.flatMap(({ variable }, index) =>
    isSecretVariable(variable)
      ? [{ path: `configuration/${index}/variable`, message: 'is a secret: it goes through the credentials route' }]
      : [],
  );
  const doubled = repeated(configuration.map(variableKey)).map((index) => ({
    path: `configuration/${index}/variable`,
    message: 'occurs twice',
  }));
  return [...secrets, ...doubled];
}

/** The station's own wishes win over its template's; the order is the template's, then the station's. */
export function mergedConfiguration(
  template: readonly WantedVariable[],
  own: readonly WantedVariable[],
): WantedVariable[] {
  const wanted = new Map(template.map((variable) => [variableKey(variable), variable]));
  for (const variable of own) wanted.set(variableKey(variable), variable);
  return [...wanted.values()];
}
