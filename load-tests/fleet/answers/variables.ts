// Variables of 2.x: read and written each with a status of its own, and reported in parts.
import type { OCPP21 } from 'typed-ocpp';
import { result, row, type Rows } from '#load-tests/fleet/answers/answer';
import {
  isReadable,
  isWritable,
  matching,
  reportOf,
  valueOf,
  variablesOf,
  write,
} from '#load-tests/fleet/device-model';
import type { Variable } from '#load-tests/fleet/device-variables';
import type { Commanded } from '#load-tests/fleet/dialect';
import { isoOf } from '#load-tests/fleet/payload';
import type { Answer } from '#load-tests/fleet/rpc';

type Asked = OCPP21.GetVariablesRequest['getVariableData'][number];
type Wanted = OCPP21.SetVariablesRequest['setVariableData'][number];
type GetResult = OCPP21.GetVariablesResponse['getVariableResult'][number];
type SetResult = OCPP21.SetVariablesResponse['setVariableResult'][number];

const reportItemsPerMessage = 10;
const stateVariables: ReadonlySet<string> = new Set(['AvailabilityState', 'Available']);

export const variables2: Rows = {
  GetVariables: row<OCPP21.GetVariablesRequest>((station, { getVariableData }) => {
    const all = variablesOf(station);
    return result({ getVariableResult: getVariableData.map((asked) => getOne(station, all, asked)) });
  }),
  SetVariables: row<OCPP21.SetVariablesRequest>((station, { setVariableData }) => {
    const all = variablesOf(station);
    return result({ setVariableResult: setVariableData.map((wanted) => setOne(station, all, wanted)) });
  }),
  GetBaseReport: row<OCPP21.GetBaseReportRequest>((station, { requestId, reportBase }) => {
    const all = variablesOf(station);
    const selections = {
      FullInventory: all,
      ConfigurationInventory: all.filter(isWritable),
      SummaryInventory: all.filter(({ name }) => stateVariables.has(name)),
    };
    return reported(station, requestId, selections[reportBase]);
  }),
  GetReport: row<OCPP21.GetReportRequest>((station, { requestId, componentVariable, componentCriteria }) => {
    if (componentCriteria !== undefined) return result({ status: 'NotSupported' });
    const all = variablesOf(station);
    const found = componentVariable?.flatMap(({ component, variable }) => matching(all, component, variable));
    return reported(station, requestId, found ?? all);
  }),
};

function getOne(station: Commanded, all: readonly Variable[], asked: Asked): GetResult {
  const echo = echoOf(asked);
  const found = findOne(all, asked);
  if (typeof found === 'string') return { ...echo, attributeStatus: found };
  if (!isReadable(found)) return { ...echo, attributeStatus: 'Rejected' };
  return { ...echo, attributeStatus: 'Accepted', attributeValue: valueOf(station, found) };
}

function setOne(station: Commanded, all: readonly Variable[], wanted: Wanted): SetResult {
  const echo = echoOf(wanted);
  const found = findOne(all, wanted);
  if (typeof found === 'string') return { ...echo, attributeStatus: found };
  if (!isWritable(found)) return { ...echo, attributeStatus: 'Rejected' };
  return { ...echo, attributeStatus: write(station, found, wanted.attributeValue) };
}

type Echo = Pick<GetResult, 'component' | 'variable' | 'attributeType'>;

/** The answer names component and variable as the request did. */
function echoOf({ component, variable, attributeType }: Asked | Wanted): Echo {
  return attributeType === undefined ? { component, variable } : { component, variable, attributeType };
}

function findOne(
  all: readonly Variable[],
  { component, variable, attributeType = 'Actual' }: Asked | Wanted,
): Variable | 'UnknownComponent' | 'UnknownVariable' | 'NotSupportedAttributeType' {
  if (attributeType !== 'Actual') return 'NotSupportedAttributeType';
  if (matching(all, component, undefined).length === 0) return 'UnknownComponent';
  return matching(all, component, variable)[0] ?? 'UnknownVariable';
}

function reported(station: Commanded, requestId: number, variables: readonly Variable[]): Answer {
  if (variables.length === 0) return result({ status: 'EmptyResultSet' });
  return result({ status: 'Accepted' }, () => sendReport(station, requestId, variables));
}

function sendReport(station: Commanded, requestId: number, variables: readonly Variable[]): void {
  const generatedAt = isoOf(station.now());
  for (let first = 0; first < variables.length; first += reportItemsPerMessage) {
    const part = variables.slice(first, first + reportItemsPerMessage);
    const payload: OCPP21.NotifyReportRequest = {
      requestId,
      generatedAt,
      seqNo: first / reportItemsPerMessage,
      tbc: first + reportItemsPerMessage < variables.length,
      reportData: part.map((variable) => reportOf(station, variable)),
    };
    station.tell({ action: 'NotifyReport', payload });
  }
}
