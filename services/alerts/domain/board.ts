// What rules find at the stations of a tenant: kept from look to look, so that only news and what is due are judged again.
import type { AlertRuleValue, MaintenanceWindowValue } from '#contracts/alerting';
import { alertIdOf, isSame, opening, stationSubject, subjectKey, type Alert } from './alert.ts';
import { judge, type Finding, type Station } from './judge.ts';
import { SeenStations } from './seen.ts';
import { isSiteOf, Sites } from './sites.ts';
import { suppressorOf, type SuppressedPlace } from './suppression.ts';

export type Notice = { readonly event: 'alert.opened' | 'alert.closed'; readonly alert: Alert };

export type Decisions = {
  readonly opened: readonly Alert[];
  readonly closed: readonly Alert[];
  /** Open ones whose place, severity, group, suppression or told changed. */
  readonly changed: readonly Alert[];
  readonly notices: readonly Notice[];
};

export type BoardInput = {
  readonly tenantId: string;
  /** Those that are enabled; others ask for another board. */
  readonly rules: readonly AlertRuleValue[];
  /** Open and acknowledged ones. */
  readonly standing: readonly Alert[];
};

/** Feeds on look() and forget(); decide() tells what follows, accept() that it was written. Pure but for what it gathers. */
export class Board {
  readonly #tenantId: string;
  readonly #rules: readonly AlertRuleValue[];
  #standing: ReadonlyMap<string, Alert>;
  /** Alerts of stations, by key, that shall stand. */
  readonly #wanted = new Map<string, Alert>();
  readonly #places = new Map<string, SuppressedPlace>();
  /** Keys of those whose condition is over since the last decision. */
  readonly #cleared = new Set<string>();
  readonly #sites = new Sites();
  readonly #seen = new SeenStations();

  constructor({ tenantId, rules, standing }: BoardInput) {
    this.#tenantId = tenantId;
    this.#rules = rules;
    this.#standing = byKey(standing);
  }

  /** In the place of what was known of this station. True: it is new where it stands, with the sessions that it had. */
  look(station: Station, nowMs: number): boolean {
    const { stationId } = station.watch;
    const isNewThere = this.#seen.get(stationId)?.locationId !== station.locationId;
    this.forget(stationId);
    const alertKeys: string[] = [];
    const siteKeys: string[] = [];
    let [until, isQuiet, isAlone] = [Infinity, false, false];
    for (const rule of this.#rules) {
      if (!isSelected(rule, station)) continue;
      const site = this.#sites.count(rule, station.locationId, stationId);
      if (site !== undefined) siteKeys.push(site);
      for (const finding of judge(rule.condition, station, nowMs)) {
        until = Math.min(until, finding.until);
        isQuiet ||= rule.condition.kind === 'no-session' && finding.verdict !== 'clears';
        isAlone ||= rule.condition.kind === 'no-session' && finding.verdict === 'keeps';
        const key = this.#apply(rule, station, { finding, nowMs });
        if (key === undefined) continue;
        alertKeys.push(key);
        if (site !== undefined) this.#sites.meet(site, stationId);
      }
    }
    this.#seen.set(stationId, { locationId: station.locationId, until, alertKeys, siteKeys, isQuiet, isAlone });
    return isNewThere;
  }

  /** It is watched no more, unless it is looked at anew. */
  forget(stationId: string): void {
    const seen = this.#seen.get(stationId);
    if (seen === undefined) return;
    for (const key of seen.alertKeys) {
      this.#wanted.delete(key);
      this.#places.delete(key);
    }
    for (const site of seen.siteKeys) this.#sites.discount(site, stationId);
    this.#seen.delete(stationId);
  }

  due(nowMs: number): string[] {
    return this.#seen.due(nowMs);
  }

  /** Whom to look at since this station gave energy. */
  concerned(stationId: string): string[] {
    return this.#seen.concerned(stationId);
  }

  decide(nowMs: number, windows: readonly MaintenanceWindowValue[]): Decisions {
    const groups = this.#sites.alerts(this.#wanted, {
      tenantId: this.#tenantId,
      nowMs,
      knownOf: (rule, key) => known(rule, this.#standing.get(key)),
    });
    const placed = [...this.#wanted.values()].map((alert) => this.#placed(alert, groups, { nowMs, windows }));
    const members = byGroup(placed);
    const sites = [...groups.values()].map((site) =>
      placedSite(site, members.get(site.alertId) ?? [], { nowMs, windows }),
    );
    const open = [...placed, ...sites];
    const before = new Map([...this.#standing.values()].map((alert) => [alert.alertId, alert]));
    const opened = open.filter(({ alertId }) => !before.has(alertId));
    const changed = open.filter((alert) => {
      const was = before.get(alert.alertId);
      return was !== undefined && !isSame(was, alert);
    });
    const closed = this.#closed(new Set(open.map(({ alertId }) => alertId)), nowMs);
    const notices: Notice[] = [
      ...open
        .filter((alert) => isNews(alert, before.get(alert.alertId)))
        .map((alert) => ({ event: 'alert.opened', alert }) as const),
      ...closed.filter(({ told }) => told).map((alert) => ({ event: 'alert.closed', alert }) as const),
    ];
    return { opened, closed, changed, notices };
  }

  /** What was decided stands from now on. */
  accept({ opened, changed, closed }: Decisions): void {
    const ended = new Set(closed.map(({ alertId }) => alertId));
    const stays = [...this.#standing.values()].filter(({ alertId }) => !ended.has(alertId));
    this.#standing = byKey([...stays, ...opened, ...changed]);
    for (const alert of [...opened, ...changed]) {
      const key = subjectKey(alert);
      if (this.#wanted.has(key)) this.#wanted.set(key, alert);
    }
    this.#cleared.clear();
  }

  #closed(open: ReadonlySet<string>, closedAt: number): Alert[] {
    const closed: Alert[] = [];
    for (const [key, alert] of this.#standing) {
      if (open.has(alert.alertId)) continue;
      const isOver =
        alert.stationId === null ? this.#rules.some((rule) => isSiteOf(rule, alert)) : this.#cleared.has(key);
      closed.push({ ...alert, state: 'closed', closedAt, closeReason: isOver ? 'cleared' : 'not-watched' });
    }
    return closed;
  }

  /** The key of the alert that shall stand; undefined: none. */
  #apply(
    rule: AlertRuleValue,
    station: Station,
    { finding, nowMs }: { readonly finding: Finding; readonly nowMs: number },
  ): string | undefined {
    const { evseId, connectorId, verdict, since, cause, detail } = finding;
    const { ruleId, severity, condition } = rule;
    const { stationId, outages } = station.watch;
    const subject = stationSubject(stationId, evseId, connectorId);
    const key = subjectKey({ ruleId, subject });
    const standing = known(rule, this.#standing.get(key));
    if (verdict === 'clears' && standing !== undefined) this.#cleared.add(key);
    if (verdict === 'clears' || (verdict === 'keeps' && standing === undefined)) return undefined;
    const place = { stationId, locationId: station.locationId, evseId, connectorId };
    const alertId = alertIdOf(this.#tenantId, ruleId, subject, cause);
    const fresh = { alertId, ruleId, kind: condition.kind, severity, subject, ...place, since, detail };
    // One that stands follows its rule's severity and its station's place.
    const { locationId } = place;
    this.#wanted.set(key, standing === undefined ? opening(fresh, nowMs) : { ...standing, severity, locationId });
    this.#places.set(key, { ...place, outages });
    return key;
  }

  /** With its group and what suppresses it; told once it speaks for itself. */
  #placed(alert: Alert, groups: ReadonlyMap<string, Alert>, { nowMs, windows }: Now): Alert {
    const groupId = Sites.groupOf(alert, groups)?.alertId ?? null;
    const place = this.#places.get(subjectKey(alert)) ?? { ...alert, outages: [] };
    const suppressedBy = suppressorOf(place, windows, nowMs);
    return { ...alert, groupId, suppressedBy, told: alert.told || (groupId === null && suppressedBy === null) };
  }
}

type Now = { readonly nowMs: number; readonly windows: readonly MaintenanceWindowValue[] };

/** A site is suppressed with its location, or where all that it speaks for are. */
function placedSite(site: Alert, members: readonly Alert[], { nowMs, windows }: Now): Alert {
  const isAll = members.every((alert) => alert.suppressedBy !== null);
  const own = suppressorOf({ ...site, outages: [] }, windows, nowMs);
  const suppressedBy = own ?? (isAll ? (members[0]?.suppressedBy ?? null) : null);
  return { ...site, suppressedBy, told: site.told || suppressedBy === null };
}

/** A rule that watches another kind than it did is another rule. */
function known({ condition }: AlertRuleValue, standing: Alert | undefined): Alert | undefined {
  return standing?.kind === condition.kind ? standing : undefined;
}

/** Told for the first time; or as grave as it was not when it was told: some hear of the graver alone. */
function isNews(alert: Alert, was: Alert | undefined): boolean {
  if (!alert.told || was?.told !== true) return alert.told;
  return was.severity !== alert.severity && alert.groupId === null && alert.suppressedBy === null;
}

function byGroup(alerts: readonly Alert[]): Map<string, Alert[]> {
  const groups = new Map<string, Alert[]>();
  for (const alert of alerts) {
    if (alert.groupId === null) continue;
    const there = groups.get(alert.groupId);
    if (there === undefined) groups.set(alert.groupId, [alert]);
    else there.push(alert);
  }
  return groups;
}

function byKey(alerts: readonly Alert[]): Map<string, Alert> {
  return new Map(alerts.map((alert) => [subjectKey(alert), alert]));
}

function isSelected({ selection }: AlertRuleValue, { locationId, vendor, model }: Station): boolean {
  const fits = (list: readonly string[], value: string | null): boolean =>
    list.length === 0 || (value !== null && list.includes(value));
  return fits(selection.locationIds, locationId) && fits(selection.vendors, vendor) && fits(selection.models, model);
}
