// 2.x GetVariablesResponse (B06) as reported variables.
import type { OCPP20 } from 'typed-ocpp';
import type { ChargingEvent, Meta } from '#contracts/generated/types';
import { shownValue } from '../domain/variables.ts';
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
      component: component.name,
      componentInstance: orNull(component.instance),
      evseId: orNull(component.evse?.id),
      connectorId: orNull(component.evse?.connectorId),
      variable: variable.name,
      variableInstance: orNull(variable.instance),
      attribute: attributeType ?? 'Actual',
      value: shownValue(variable.name, attributeValue),
      mutability: null,
      persistent: null,
      constant: null,
      dataType: null,
      unit: null,
      minLimit: null,
      maxLimit: null,
      valuesList: null,
      supportsMonitoring: null,
    })),
    unknownVariables: unknown.map(
      ({ component, variable, attributeStatus }) => `${component.name}.${variable.name}: ${attributeStatus}`,
    ),
  };
}
