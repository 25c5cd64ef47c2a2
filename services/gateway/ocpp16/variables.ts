// 1.6 GetConfiguration.conf (5.8) as variables of the component named empty.
import type { OCPP16 } from 'typed-ocpp';
import type { ChargingEvent, Meta } from '#contracts/generated/types';
import { shownValue, untold } from '../domain/variables.ts';

export function variablesOf16(answer: OCPP16.GetConfigurationResponse, meta: Meta): ChargingEvent {
  return {
    type: 'VariablesReported',
    meta,
    requestId: null,
    part: null,
    last: null,
    variables: (answer.configurationKey ?? []).map(({ key, readonly, value }) => ({
      ...untold,
      component: '',
      variable: key,
      attribute: 'Actual',
      value: shownValue(key, value),
      mutability: readonly ? 'ReadOnly' : 'ReadWrite',
    })),
    unknownVariables: answer.unknownKey ?? [],
  };
}
