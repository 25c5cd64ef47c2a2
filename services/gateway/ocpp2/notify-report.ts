// 2.x NotifyReport (B07, B08): one part of a device model report.
import type { OCPP20 } from 'typed-ocpp';
import type { ReportedVariable } from '#contracts/generated/types';
import type { Row } from '../domain/action.ts';
import { parseTimestamp } from '../domain/timestamps.ts';
import { shownValue } from '../domain/variables.ts';
import { namesOf } from './variables.ts';
import { orNull } from '../domain/or-null.ts';

type ReportData = NonNullable<OCPP20.NotifyReportRequest['reportData']>[number];

export const notifyReport: Row<OCPP20.NotifyReportRequest> = {
  handle: (request, context) => ({
    reply: {},
    events: [
      {
        type: 'VariablesReported',
        meta: context.meta(parseTimestamp(request.generatedAt)),
        requestId: request.requestId,
        part: request.seqNo,
        last: request.tbc !== true,
        variables: (request.reportData ?? []).flatMap(variablesOf),
        unknownVariables: [],
      },
    ],
  }),
};

function variablesOf(data: ReportData): ReportedVariable[] {
  const { component, variable } = data;
  const characteristics = characteristicsOf(data.variableCharacteristics);
  return data.variableAttribute.map((attribute) => ({
    ...namesOf(component, variable),
    attribute: attribute.type ?? 'Actual',
    value: shownValue(variable.name, attribute.value),
    mutability: attribute.mutability ?? 'ReadWrite',
    persistent: attribute.persistent ?? false,
    constant: attribute.constant ?? false,
    ...characteristics,
  }));
}

type Characteristics = Pick<
  ReportedVariable,
  'dataType' | 'unit' | 'minLimit' | 'maxLimit' | 'valuesList' | 'supportsMonitoring'
>;

function characteristicsOf(reported: ReportData['variableCharacteristics']): Characteristics {
  return {
    dataType: orNull(reported?.dataType),
    unit: orNull(reported?.unit),
    minLimit: reported?.minLimit === undefined ? null : String(reported.minLimit),
    maxLimit: reported?.maxLimit === undefined ? null : String(reported.maxLimit),
    valuesList: orNull(reported?.valuesList),
    supportsMonitoring: orNull(reported?.supportsMonitoring),
  };
}
