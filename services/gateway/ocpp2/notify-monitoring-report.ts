// 2.x NotifyMonitoringReport (N02): one part of a report of monitors.
import type { OCPP21 } from 'typed-ocpp';
import type { VariableMonitor } from '#contracts/generated/types';
import type { Row } from '../domain/action.ts';
import { orNull } from '../domain/or-null.ts';
import { parseTimestamp } from '../domain/timestamps.ts';
import { namesOf } from './variables.ts';

type MonitoringData = NonNullable<OCPP21.NotifyMonitoringReportRequest['monitor']>[number];
/** 2.0.1 does not say whether a monitor is the operator's. */
type Monitoring = Omit<MonitoringData['variableMonitoring'][number], 'eventNotificationType'> & {
  readonly eventNotificationType?: string;
};

export const notifyMonitoringReport: Row<OCPP21.NotifyMonitoringReportRequest> = {
  handle: (request, context) => ({
    reply: {},
    events: [
      {
        type: 'MonitorsReported',
        meta: context.meta(parseTimestamp(request.generatedAt)),
        change: 'report',
        requestId: request.requestId,
        part: request.seqNo,
        last: request.tbc !== true,
        monitors: (request.monitor ?? []).flatMap(monitorsOf),
      },
    ],
  }),
};

function monitorsOf({ component, variable, variableMonitoring }: MonitoringData): VariableMonitor[] {
  const names = namesOf(component, variable);
  return variableMonitoring.map((monitor: Monitoring) => ({
    ...names,
    monitorId: monitor.id,
    transaction: monitor.transaction,
    value: String(monitor.value),
    type: monitor.type,
    severity: monitor.severity,
    eventNotificationType: orNull(monitor.eventNotificationType),
  }));
}
