// The monitors on a station's variables, and which of them are alarmed.
import type { DeviceEvent, DeviceEventsReported, MonitorsReported, VariableMonitor } from '#contracts/generated/types';
import { openInventory, reportedPart, withEntries, type Inventory } from './inventory.ts';
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

export function monitorsAfter(known: Monitors | null, event: MonitorsReported, told: Told): Monitors | null {
  const inventory = openInventory(known, told);
  if (inventory === undefined) return known;
  const items = event.monitors.map((monitor) => ({ ...monitor, reportedAt: told.at }));
  switch (event.change) {
    case 'report':
      return reportedPart(inventory, { ...event, items }, told, replaceReported);
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

/** A report names variables, and all monitors of each of them (2.x N02). */
function replaceReported(entries: readonly Monitor[], reported: readonly Monitor[]): readonly Monitor[] {
  const variables = new Set(reported.map(variableOf));
  return reported.reduce(
    withMonitor,
    entries.filter((entry) => !variables.has(variableOf(entry))),
  );
}

function withMonitor(entries: readonly Monitor[], monitor: Monitor): readonly Monitor[] {
  const isReplaced = ({ monitorId }: Monitor): boolean => monitorId !== null && monitorId === monitor.monitorId;
  return [...entries.filter((entry) => !isReplaced(entry)), monitor];
}

function variableOf(monitor: Monitor): string {
  const { component, componentInstance, evseId, connectorId, variable, variableInstance } = monitor;
  return JSON.stringify([component, componentInstance, evseId, connectorId, variable, variableInstance]);
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
