// The monitors on a station's variables, and which of them are alarmed.
import type { DeviceEvent, DeviceEventsReported, MonitorsReported, VariableMonitor } from '#contracts/generated/types';
import { openInventory, reportedPart, withEntries, type Inventory } from './inventory.ts';
import { criteriaOf, requestOf, type ReportRequest, type ReportRequests } from './report-requests.ts';
import type { Told } from './standing.ts';

export type Alarm = { readonly since: number; readonly value: string; readonly severity: number | null };
export type Monitor = VariableMonitor & { readonly reportedAt: number };
export type Monitors = Inventory<Monitor>;

export type Alarms = {
  /** Newest connection that told of any. */
  readonly epoch: number;
  readonly alarmed: readonly (Alarm & { readonly monitorId: number })[];
};

const alarmsMax = 500;

export function monitorsAfter(
  known: Monitors | null,
  event: MonitorsReported,
  told: Told,
  requests: ReportRequests | null,
): Monitors | null {
  const inventory = openInventory(known, told);
  if (inventory === undefined) return known;
  const items = event.monitors.map((monitor) => ({ ...monitor, reportedAt: told.at }));
  switch (event.change) {
    case 'report': {
      // What was asked for and is not named is gone.
      const isGone = isAskedFor(requestOf(requests, 'monitoring', event.requestId));
      return reportedPart(inventory, { ...event, items }, told, (entries, reported) =>
        reported.reduce(
          withMonitor,
          entries.filter((entry) => !isGone(entry)),
        ),
      );
    }
    case 'set':
      return withEntries(inventory, items.reduce(withMonitor, inventory.entries));
    case 'cleared': {
      const ids = clearedIds(event);
      return withEntries(
        inventory,
        inventory.entries.filter(({ monitorId }) => !ids.has(monitorId)),
      );
    }
    case 'unknown':
      return known;
  }
}

/** A monitor that is cleared is alarmed no more. */
export function alarmsWithout(known: Alarms | null, event: MonitorsReported, told: Told): Alarms | null {
  if (known === null || known.epoch > told.epoch || event.change !== 'cleared') return known;
  const ids = clearedIds(event);
  const alarmed = known.alarmed.filter(({ monitorId }) => !ids.has(monitorId));
  return alarmed.length === known.alarmed.length ? known : { ...known, alarmed };
}

export function alarmsAfter(known: Alarms | null, { events }: DeviceEventsReported, told: Told): Alarms | null {
  if (known !== null && known.epoch > told.epoch) return known;
  const before = known?.alarmed ?? [];
  const alarmed = events.reduce((all, event) => withEvent(all, event, told), before);
  return alarmed === before ? known : { epoch: told.epoch, alarmed: alarmed.slice(-alarmsMax) };
}

type Criteria = {
  readonly monitoringCriteria: readonly string[];
  readonly componentVariable: readonly {
    readonly component: {
      readonly name: string;
      readonly instance?: string;
      readonly evse?: { readonly id: number; readonly connectorId?: number };
    };
    readonly variable?: { readonly name: string; readonly instance?: string };
  }[];
};

/** Types of monitors by the criterion that asks for them (2.x N02). */
const criterionOf: Readonly<Record<string, string>> = {
  UpperThreshold: 'ThresholdMonitoring',
  LowerThreshold: 'ThresholdMonitoring',
  Delta: 'DeltaMonitoring',
  TargetDelta: 'DeltaMonitoring',
  TargetDeltaRelative: 'DeltaMonitoring',
  Periodic: 'PeriodicMonitoring',
  PeriodicClockAligned: 'PeriodicMonitoring',
};

/** Whether a request asks for a monitor: by its type, and by its variable or component; what is not named is any. */
export function isAskedFor(request: ReportRequest | undefined): (entry: Monitor) => boolean {
  if (request === undefined) return () => false;
  const { monitoringCriteria, componentVariable } = criteriaOf<Criteria>(request);
  return (entry) =>
    (monitoringCriteria === undefined || monitoringCriteria.includes(criterionOf[entry.type ?? ''] ?? '')) &&
    (componentVariable === undefined || componentVariable.some((named) => isOn(entry, named)));
}

function isOn(entry: Monitor, { component, variable }: Criteria['componentVariable'][number]): boolean {
  const pairs = [
    [component.name, entry.component],
    [component.instance, entry.componentInstance],
    [component.evse?.id, entry.evseId],
    [component.evse?.connectorId, entry.connectorId],
    [variable?.name, entry.variable],
    [variable?.instance, entry.variableInstance],
  ];
  return pairs.every(([named, told]) => named === undefined || named === told);
}

function withMonitor(entries: readonly Monitor[], monitor: Monitor): readonly Monitor[] {
  const isReplaced = ({ monitorId }: Monitor): boolean => monitorId !== null && monitorId === monitor.monitorId;
  return [...entries.filter((entry) => !isReplaced(entry)), monitor];
}

function clearedIds({ monitors }: MonitorsReported): ReadonlySet<number | null> {
  return new Set(monitors.map(({ monitorId }) => monitorId).filter((id) => id !== null));
}

/** Only an alert alarms; deltas and periods are news of a value. `cleared` ends the alarm (2.x N07). */
function withEvent(alarmed: Alarms['alarmed'], event: DeviceEvent, told: Told): Alarms['alarmed'] {
  const { monitorId, trigger, value, severity } = event;
  if (monitorId === null || trigger !== 'Alerting') return alarmed;
  const known = alarmed.find((each) => each.monitorId === monitorId);
  if (event.cleared === true) return known === undefined ? alarmed : alarmed.filter((each) => each !== known);
  const alarm = { monitorId, since: known?.since ?? event.occurredAt ?? told.at, value, severity };
  return [...alarmed.filter((each) => each !== known), alarm];
}
