// 2.x NotifyReport (B07, B08): one part of a device model report.
import type { OCPP20 } from 'typed-ocpp';
import type { ReportedVariable } from '#contracts/generated/types';
import type { Row } from '../domain/action.ts';
import { parseTimestamp } from '../domain/timestamps.ts';
import { shownValue } from '../domain/variables.ts';

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
  const { component, variable, variableCharacteristics: characteristics } = data;
  return data.variableAttribute.map((attribute) => ({
    component: component.name,
    componentInstance: component.instance ?? null,
    evseId: component.evse?.id ?? null,
    connectorId: component.evse?.connectorId ?? null,
    variable: variable.name,
    variableInstance: variable.instance ?? null,
    attribute: attribute.type ?? 'Actual',
    value: shownValue(variable.name, attribute.value),
    mutability: attribute.mutability ?? 'ReadWrite',
    persistent: attribute.persistent ?? false,
    constant: attribute.constant ?? false,
    dataType: characteristics?.dataType ?? null,
    unit: characteristics?.unit ?? null,
    minLimit: characteristics?.minLimit === undefined ? null : String(characteristics.minLimit),
    maxLimit: characteristics?.maxLimit === undefined ? null : String(characteristics.maxLimit),
    valuesList: characteristics?.valuesList ?? null,
    supportsMonitoring: characteristics?.supportsMonitoring ?? null,
  }));
}
