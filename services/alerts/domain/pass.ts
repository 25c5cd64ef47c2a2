// One look at all stations of a tenant: what the rules find page by page, then what opens, closes, groups and is told.
import type { AlertRuleValue, MaintenanceWindowValue } from '#contracts/alerting';
import { alertIdOf, siteSubject, stationSubject, subjectKey, type Alert } from './alert.ts';
import { judge, type Finding, type Station } from './judge.ts';
import { suppressorOf, type SuppressedPlace } from './suppression.ts';

export type Notice = { readonly event: 'alert.opened' | 'alert.closed'; readonly alert: Alert };

export type Decisions = {
  readonly opened: readonly Alert[];
  readonly closed: readonly Alert[];
  /** Open ones whose group, suppression or told changed. */
  readonly changed: readonly Alert[];
  readonly notices: readonly Notice[];
};

export type PassInput = {
  readonly tenantId: string;
  readonly nowMs: number;
  /** Those that are enabled. */
  readonly rules: readonly AlertRuleValue[];
  /** Those that are not over. */
  readonly windows: readonly MaintenanceWindowValue[];
  /** Open and acknowledged ones. */
  readonly standing: readonly Alert[];
};

type Site = { readonly rule: AlertRuleValue; readonly locationId: string; stations: number; met: Set<string> };

/** Feeds on pages with look(), then decides once. Pure but for what it gathers. */
export class Pass {
  readonly #input: PassInput;
  readonly #standing: Map<string, Alert>;
  readonly #next = new Map<string, Alert>();
  readonly #closed = new Map<string, Alert>();
  readonly #sites = new Map<string, Site>();
  readonly #places = new Map<string, SuppressedPlace>();

  constructor(input: PassInput) {
    this.#input = input;
    this.#standing = new Map(input.standing.map((alert) => [subjectKey(alert), alert]));
  }

  look(station: Station): void {
    const { rules, nowMs } = this.#input;
    for (const rule of rules) {
      if (!isSelected(rule, station)) continue;
      const site = this.#siteOf(rule, station);
      for (const finding of judge(rule.condition, station, nowMs)) {
        if (this.#apply(rule, station, finding)) site?.met.add(station.watch.stationId);
      }
    }
  }

  decide(): Decisions {
    for (const [key, alert] of this.#standing)
      if (alert.stationId !== null && !this.#next.has(key) && !this.#closed.has(key)) this.#close(alert, 'not-watched');
    const groups = this.#groups();
    const single = [...this.#next.values()].map((alert) => this.#placed(alert, groups));
    const open = [...single, ...[...groups.values()].map((alert) => this.#placedSite(alert, single))];
    const closed = [...this.#closed.values()];
    const before = new Map(this.#input.standing.map((alert) => [alert.alertId, alert]));
    const opened = open.filter(({ alertId }) => !before.has(alertId));
    const changed = open.filter((alert) => {
      const was = before.get(alert.alertId);
      return was !== undefined && !isSame(was, alert);
    });
    const isNews = (alert: Alert): boolean => alert.told && before.get(alert.alertId)?.told !== true;
    const notices: Notice[] = [
      ...open.filter(isNews).map((alert) => ({ event: 'alert.opened', alert }) as const),
      ...closed.filter(({ told }) => told).map((alert) => ({ event: 'alert.closed', alert }) as const),
    ];
    return { opened, closed, changed, notices };
  }

  #siteOf(rule: AlertRuleValue, { locationId }: Station): Site | undefined {
    if (!rule.groupsBySite || locationId === null) return undefined;
    const key = `${rule.ruleId} ${locationId}`;
    const site = this.#sites.get(key) ?? { rule, locationId, stations: 0, met: new Set<string>() };
    this.#sites.set(key, site);
    site.stations += 1;
    return site;
  }

  /** Whether an alert of it stands. */
  #apply(rule: AlertRuleValue, station: Station, finding: Finding): boolean {
    const { tenantId, nowMs } = this.#input;
    const { evseId, connectorId, verdict, since, cause, detail } = finding;
    const { stationId, outages } = station.watch;
    const subject = stationSubject(stationId, evseId, connectorId);
    const key = subjectKey({ ruleId: rule.ruleId, subject });
    const known = this.#standing.get(key);
    if (verdict === 'clears' && known !== undefined) this.#close(known, 'cleared');
    if (verdict === 'clears' || (verdict === 'keeps' && known === undefined)) return false;
    const { ruleId, severity, condition } = rule;
    const alertId = alertIdOf(tenantId, ruleId, subject, cause);
    const place = { stationId, locationId: station.locationId, evseId, connectorId };
    const fresh = { alertId, ruleId, kind: condition.kind, severity, subject, ...place, since, detail };
    this.#next.set(key, known ?? opening(fresh, nowMs));
    this.#places.set(key, { ...place, outages });
    return true;
  }

  #close(alert: Alert, closeReason: 'cleared' | 'not-watched'): void {
    this.#closed.set(subjectKey(alert), { ...alert, state: 'closed', closedAt: this.#input.nowMs, closeReason });
  }

  /** Alerts of whole sites, by key; those that are no longer whole are closed. */
  #groups(): Map<string, Alert> {
    const { tenantId, nowMs, standing } = this.#input;
    const groups = new Map<string, Alert>();
    for (const { rule, locationId, stations, met } of this.#sites.values()) {
      if (stations < 2 || met.size < stations) continue;
      const { ruleId, severity, condition } = rule;
      const subject = siteSubject(locationId);
      const key = subjectKey({ ruleId, subject });
      const members = [...this.#next.values()].filter(
        (each) => each.ruleId === ruleId && each.locationId === locationId,
      );
      const last = members.toSorted(
        (left, right) => right.since - left.since || (left.alertId < right.alertId ? 1 : -1),
      )[0];
      const cause = last?.alertId ?? '';
      const alertId = alertIdOf(tenantId, ruleId, subject, cause);
      const place = { stationId: null, locationId, evseId: null, connectorId: null };
      const detail = { stations };
      const fresh = {
        alertId,
        ruleId,
        kind: condition.kind,
        severity,
        subject,
        ...place,
        since: last?.since ?? nowMs,
        detail,
      };
      groups.set(key, this.#standing.get(key) ?? opening(fresh, nowMs));
    }
    for (const alert of standing)
      if (alert.stationId === null && !groups.has(subjectKey(alert))) this.#close(alert, 'cleared');
    return groups;
  }

  /** With its group and what suppresses it; told once it speaks for itself. */
  #placed(alert: Alert, groups: ReadonlyMap<string, Alert>): Alert {
    const { windows, nowMs } = this.#input;
    const { ruleId, locationId } = alert;
    const group =
      locationId === null ? undefined : groups.get(subjectKey({ ruleId, subject: siteSubject(locationId) }));
    const place = this.#places.get(subjectKey(alert)) ?? { ...alert, outages: [] };
    const suppressedBy = suppressorOf(place, windows, nowMs);
    const groupId = group?.alertId ?? null;
    return { ...alert, groupId, suppressedBy, told: alert.told || (groupId === null && suppressedBy === null) };
  }

  /** A site is suppressed with its location, or where all that it speaks for are. */
  #placedSite(site: Alert, single: readonly Alert[]): Alert {
    const { windows, nowMs } = this.#input;
    const members = single.filter(({ groupId }) => groupId === site.alertId);
    const isAll = members.every((alert) => alert.suppressedBy !== null);
    const own = suppressorOf({ ...site, outages: [] }, windows, nowMs);
    const suppressedBy = own ?? (isAll ? (members[0]?.suppressedBy ?? null) : null);
    return { ...site, suppressedBy, told: site.told || suppressedBy === null };
  }
}

type Fresh = Omit<Alert, 'state' | 'openedAt' | 'closedAt' | 'closeReason' | 'groupId' | 'suppressedBy' | 'told'>;

function opening(fresh: Fresh, nowMs: number): Alert {
  const nothing = { closedAt: null, closeReason: null, groupId: null, suppressedBy: null, told: false } as const;
  return { ...fresh, state: 'open', openedAt: nowMs, ...nothing };
}

function isSelected({ selection }: AlertRuleValue, { locationId, vendor, model }: Station): boolean {
  const fits = (list: readonly string[], value: string | null): boolean =>
    list.length === 0 || (value !== null && list.includes(value));
  return fits(selection.locationIds, locationId) && fits(selection.vendors, vendor) && fits(selection.models, model);
}

function isSame(was: Alert, is: Alert): boolean {
  return was.groupId === is.groupId && was.suppressedBy === is.suppressedBy && was.told === is.told;
}
