// What 2.x stations answer about monitors: each of several is accepted or not.
import type { OCPP20 } from 'typed-ocpp';
import type { VariableMonitor } from '#contracts/generated/types';
import { outcomeOfEach, type CallRow } from '../domain/call.ts';
import { monitorsChanged } from '../domain/facts.ts';
import { orNull } from '../domain/or-null.ts';
import { namesOf } from './variables.ts';

type Wanted = OCPP20.SetVariableMonitoringRequest['setMonitoringData'][number];
type Result = OCPP20.SetVariableMonitoringResponse['setMonitoringResult'][number];

export const setVariableMonitoring: CallRow<OCPP20.SetVariableMonitoringRequest, OCPP20.SetVariableMonitoringResponse> =
  {
    outcome: ({ setMonitoringResult }) =>
      outcomeOfEach(setMonitoringResult.map(({ variable, status }) => ({ name: variable.name, status }))),
    facts({ setMonitoringResult }, { request: { setMonitoringData }, meta }) {
      const set = setMonitoringResult
        .filter(({ status }) => status === 'Accepted')
        .map((result) => monitorOf(result, wantedOf(result, setMonitoringData)));
      return set.length === 0 ? [] : [monitorsChanged(meta(null), 'set', set)];
    },
  };

function monitorOf(result: Result, wanted: Wanted | undefined): Partial<VariableMonitor> {
  return {
    ...namesOf(result.component, result.variable),
    monitorId: orNull(result.id),
    type: result.type,
    severity: result.severity,
    value: wanted === undefined ? null : String(wanted.value),
    transaction: wanted?.transaction ?? false,
  };
}

/** Results need not come in the order of the request. */
function wantedOf(result: Result, wanted: readonly Wanted[]): Wanted | undefined {
  const key = keyOf(result);
  return wanted.find((each) => keyOf(each) === key);
}

function keyOf({ type, severity, component, variable }: Result | Wanted): string {
  return JSON.stringify([type, severity, namesOf(component, variable)]);
}

export const clearVariableMonitoring: CallRow<
  OCPP20.ClearVariableMonitoringRequest,
  OCPP20.ClearVariableMonitoringResponse
> = {
  outcome: ({ clearMonitoringResult }) =>
    outcomeOfEach(clearMonitoringResult.map(({ id, status }) => ({ name: String(id), status }))),
  facts({ clearMonitoringResult }, { meta }) {
    const cleared = clearMonitoringResult
      .filter(({ status }) => status === 'Accepted')
      .map(({ id }) => ({ monitorId: id }));
    return cleared.length === 0 ? [] : [monitorsChanged(meta(null), 'cleared', cleared)];
  },
};
