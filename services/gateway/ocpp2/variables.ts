// 2.x GetVariablesResponse (B06) as reported variables.
import type { OCPP20 } from 'typed-ocpp';
import type { ChargingEvent, Meta, ReportedVariable } from '#contracts/generated/types';
import { shownValue, untold } from '../domain/variables.ts';
import { orNull } from '../domain/or-null.ts';

export function variablesOf2(answer: OCPP20.GetVariablesResponse, meta: Meta): ChargingEvent {
  const known = answer.getVariableResult.filter(({ attributeStatus }) => attributeStatus === 'Accepted');
  const unknown = answer.getVariableResult.filter(({ attributeStatus }) => attributeStatus !== 'Accepted');
  return {
    type: 'VariablesReported',
    meta,
    requestId: null,
    part: null,
    last: null,
    variables: known.map(({ component, variable, attributeType, attributeValue }) => ({
      ...untold,
      ...namesOf(component, variable),
      attribute: attributeType ?? 'Actual',
      value: shownValue(variable.name, attributeValue),
    })),
    unknownVariables: unknown.map(
      ({ component, variable, attributeStatus }) => `${component.name}.${variable.name}: ${attributeStatus}`,
    ),
  };
}

type Named = OCPP20.GetVariablesResponse['getVariableResult'][number];
type Names = Pick<
  ReportedVariable,
  'component' | 'componentInstance' | 'evseId' | 'connectorId' | 'variable' | 'variableInstance'
>;

/** How 2.x names a variable of a component. */
export function namesOf(component: Named['component'], variable: Named['variable']): Names {
  return {
    component: component.name,
    componentInstance: orNull(component.instance),
    evseId: orNull(component.evse?.id),
    connectorId: orNull(component.evse?.connectorId),
    variable: variable.name,
    variableInstance: orNull(variable.instance),
  };
}
