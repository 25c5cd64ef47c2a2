// Monitors on variables: set, cleared, reported; NotifyEvent when a value crosses them, changes, or its time has come.
import type { OCPP21 } from 'typed-ocpp';
import { result, row, type Rows } from '#load-tests/fleet/answers/answer';
import { closeStream, openStream } from '#load-tests/fleet/answers/event-streams';
import type { Timer } from '#load-tests/fleet/clock';
import { matching, valueOf, variablesOf } from '#load-tests/fleet/device-model';
import type { Variable } from '#load-tests/fleet/device-variables';
import type { Commanded } from '#load-tests/fleet/dialect';
import { isoOf } from '#load-tests/fleet/payload';
import type { Answer } from '#load-tests/fleet/rpc';

type SetData = OCPP21.SetVariableMonitoringRequest['setMonitoringData'][number];
type SetResult = OCPP21.SetVariableMonitoringResponse['setMonitoringResult'][number];
type Event = OCPP21.NotifyEventRequest['eventData'][number];
type Monitored = NonNullable<OCPP21.NotifyMonitoringReportRequest['monitor']>[number];

export type Monitor = {
  readonly id: number;
  readonly wanted: SetData;
  readonly variable: Variable;
  /** The value that was told last, and whether it was beyond the threshold. */
  last: string;
  isBeyond: boolean;
  timer: Timer | undefined;
};

export type Monitoring = {
  readonly monitors: Map<number, Monitor>;
  level: number;
  lastId: number;
  lastEventId: number;
};

const monitorsMax = 50;
const severityMax = 9;
const reportItemsPerMessage = 10;
const kinds = {
  ThresholdMonitoring: ['UpperThreshold', 'LowerThreshold'],
  DeltaMonitoring: ['Delta', 'TargetDelta', 'TargetDeltaRelative'],
  PeriodicMonitoring: ['Periodic', 'PeriodicClockAligned'],
} as const;

export const monitoring2: Rows = {
  SetVariableMonitoring: row<OCPP21.SetVariableMonitoringRequest>((station, { setMonitoringData }) =>
    result({ setMonitoringResult: setMonitoringData.map((wanted) => set(station, wanted)) }),
  ),
  ClearVariableMonitoring: row<OCPP21.ClearVariableMonitoringRequest>((station, { id: ids }) =>
    result({
      clearMonitoringResult: ids.map((id) => ({ id, status: forget(station, id) ? 'Accepted' : 'NotFound' })),
    }),
  ),
  GetMonitoringReport: row<OCPP21.GetMonitoringReportRequest>(report),
  SetMonitoringBase: row<OCPP21.SetMonitoringBaseRequest>((station, { monitoringBase }) => {
    // Nothing is wired in or preset, so both lesser bases leave no monitor (N05).
    if (monitoringBase !== 'All') for (const id of monitoringOf(station).monitors.keys()) forget(station, id);
    return result({ status: 'Accepted' });
  }),
  SetMonitoringLevel: row<OCPP21.SetMonitoringLevelRequest>((station, { severity }) => {
    if (severity < 0 || severity > severityMax) return result({ status: 'Rejected' });
    monitoringOf(station).level = severity;
    return result({ status: 'Accepted' });
  }),
};

/** Looks at every monitor after something in the station has changed; costs nothing where none is set. */
export function checkMonitors(station: Commanded): void {
  const { monitoring } = station.facilities;
  if (monitoring === undefined) return;
  for (const monitor of monitoring.monitors.values()) check(station, monitor);
}

function monitoringOf(station: Commanded): Monitoring {
  station.facilities.monitoring ??= { monitors: new Map(), level: severityMax, lastId: 0, lastEventId: 0 };
  return station.facilities.monitoring;
}

function set(station: Commanded, wanted: SetData): SetResult {
  const { component, variable, type, severity } = wanted;
  const echo = { component, variable, type, severity };
  const all = variablesOf(station);
  if (matching(all, component, undefined).length === 0) return { ...echo, status: 'UnknownComponent' };
  const [found] = matching(all, component, variable);
  if (found === undefined) return { ...echo, status: 'UnknownVariable' };
  const refusal = refusalOf(station, wanted, found);
  return refusal === undefined
    ? { ...echo, status: 'Accepted', id: begin(station, wanted, found) }
    : { ...echo, status: refusal };
}

function refusalOf(station: Commanded, wanted: SetData, variable: Variable): SetResult['status'] | undefined {
  const { type, severity, id } = wanted;
  const { monitors } = monitoringOf(station);
  const isThreshold = type === 'UpperThreshold' || type === 'LowerThreshold';
  const isNumber = Number.isFinite(Number(valueOf(station, variable)));
  if ((isThreshold && !isNumber) || type.startsWith('Target')) return 'UnsupportedMonitorType';
  if (severity < 0 || severity > severityMax || (!isThreshold && wanted.value < 0)) return 'Rejected';
  if (id === undefined ? monitors.size >= monitorsMax : !monitors.has(id)) return 'Rejected';
  const isTwin = (each: Monitor): boolean =>
    each.id !== id && each.variable.name === variable.name && isSameMonitor(each.wanted, wanted);
  return [...monitors.values()].some(isTwin) ? 'Duplicate' : undefined;
}

function isSameMonitor(one: SetData, other: SetData): boolean {
  const key = ({ component, variable, type, severity }: SetData): string =>
    JSON.stringify([component.name, component.evse, variable.instance, type, severity]);
  return key(one) === key(other);
}

function begin(station: Commanded, wanted: SetData, variable: Variable): number {
  const own = monitoringOf(station);
  if (wanted.id !== undefined) forget(station, wanted.id);
  const id = wanted.id ?? ++own.lastId;
  const monitor: Monitor = {
    id,
    wanted,
    variable,
    last: valueOf(station, variable),
    isBeyond: false,
    timer: undefined,
  };
  own.monitors.set(id, monitor);
  const isPeriodic = wanted.type === 'Periodic' || wanted.type === 'PeriodicClockAligned';
  if (isPeriodic && wanted.periodicEventStream !== undefined && station.version === '2.1') {
    openStream(
      station,
      { monitorId: id, everySeconds: wanted.value, read: () => valueOf(station, variable) },
      wanted.periodicEventStream,
    );
  } else if (isPeriodic) {
    expectPeriod(station, monitor);
  } else {
    // Beyond it already when it is set: told at once (2.x N07).
    station.clock.after(0, () => check(station, monitor));
  }
  return id;
}

function forget(station: Commanded, id: number): boolean {
  const own = monitoringOf(station);
  own.monitors.get(id)?.timer?.cancel();
  closeStream(station, id);
  return own.monitors.delete(id);
}

function expectPeriod(station: Commanded, monitor: Monitor): void {
  const waitMs = Math.max(1, monitor.wanted.value) * 1000;
  monitor.timer = station.clock.after(waitMs, () => {
    tell(station, monitor, { trigger: 'Periodic', actualValue: valueOf(station, monitor.variable) });
    expectPeriod(station, monitor);
  });
}

function check(station: Commanded, monitor: Monitor): void {
  if (station.facilities.monitoring?.monitors.get(monitor.id) !== monitor) return;
  const { type, value } = monitor.wanted;
  const actualValue = valueOf(station, monitor.variable);
  if (type === 'Delta') {
    const change = Math.abs(Number(actualValue) - Number(monitor.last));
    const hasChanged = Number.isNaN(change) ? actualValue !== monitor.last : change >= value && change > 0;
    if (!hasChanged) return;
    monitor.last = actualValue;
    return tell(station, monitor, { trigger: 'Delta', actualValue });
  }
  if (type !== 'UpperThreshold' && type !== 'LowerThreshold') return;
  const isBeyond = type === 'UpperThreshold' ? Number(actualValue) > value : Number(actualValue) < value;
  if (isBeyond === monitor.isBeyond) return;
  monitor.isBeyond = isBeyond;
  tell(
    station,
    monitor,
    isBeyond ? { trigger: 'Alerting', actualValue } : { trigger: 'Alerting', actualValue, cleared: true },
  );
}

function tell(station: Commanded, monitor: Monitor, what: Pick<Event, 'trigger' | 'actualValue' | 'cleared'>): void {
  const own = monitoringOf(station);
  // A higher number is a lesser severity (N16).
  if (monitor.wanted.severity > own.level) return;
  const { component, variable } = monitor.wanted;
  const now = isoOf(station.now());
  const event: Event = {
    eventId: ++own.lastEventId,
    timestamp: now,
    ...what,
    component,
    variable,
    variableMonitoringId: monitor.id,
    eventNotificationType: 'CustomMonitor',
  };
  station.tellDurably({
    action: 'NotifyEvent',
    payload: { generatedAt: now, seqNo: 0, tbc: false, eventData: [event] },
  });
}

function report(station: Commanded, request: OCPP21.GetMonitoringReportRequest): Answer {
  const { requestId, monitoringCriteria, componentVariable } = request;
  const types = monitoringCriteria?.flatMap((each): readonly string[] => kinds[each]);
  const found = [...monitoringOf(station).monitors.values()].filter(
    ({ wanted, variable }) =>
      (types?.includes(wanted.type) ?? true) &&
      (componentVariable?.some((each) => matching([variable], each.component, each.variable).length > 0) ?? true),
  );
  if (found.length === 0) return result({ status: 'EmptyResultSet' });
  return result({ status: 'Accepted' }, () => {
    for (let first = 0; first < found.length; first += reportItemsPerMessage) {
      const payload: OCPP21.NotifyMonitoringReportRequest = {
        requestId,
        generatedAt: isoOf(station.now()),
        seqNo: first / reportItemsPerMessage,
        tbc: first + reportItemsPerMessage < found.length,
        monitor: found.slice(first, first + reportItemsPerMessage).map((each) => monitoredOf(station, each)),
      };
      station.tell({ action: 'NotifyMonitoringReport', payload });
    }
  });
}

function monitoredOf(station: Commanded, { id, wanted }: Monitor): Monitored {
  const { component, variable, transaction = false, value, type, severity } = wanted;
  const line = { id, transaction, value, type, severity };
  // 2.1 tells where the monitor comes from; 2.0.1 has no word for it.
  const told = station.version === '2.1' ? { ...line, eventNotificationType: 'CustomMonitor' as const } : line;
  return { component, variable, variableMonitoring: [told as Monitored['variableMonitoring'][number]] };
}
