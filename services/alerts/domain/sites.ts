// Which stations of a location a rule counts, and which of them have an alert: where all have, one alert speaks for the site.
import type { AlertRuleValue } from '#contracts/alerting';
import { alertIdOf, opening, siteSubject, subjectKey, type Alert } from './alert.ts';

type Site = {
  readonly rule: AlertRuleValue;
  readonly locationId: string;
  readonly stations: Set<string>;
  readonly met: Set<string>;
};

export type SitesInput = {
  readonly tenantId: string;
  readonly nowMs: number;
  /** The alert of this key that stands already. */
  knownOf(rule: AlertRuleValue, key: string): Alert | undefined;
};

/** One station is no site. */
const stationsMin = 2;

export class Sites {
  /** By key of the site's alert. */
  readonly #sites = new Map<string, Site>();

  /** The key of the site that counts the station now; undefined where the rule groups none. */
  count(rule: AlertRuleValue, locationId: string | null, stationId: string): string | undefined {
    if (!rule.groupsBySite || locationId === null) return undefined;
    const key = keyOf(rule.ruleId, locationId);
    const site = this.#sites.get(key) ?? { rule, locationId, stations: new Set(), met: new Set() };
    this.#sites.set(key, site);
    site.stations.add(stationId);
    return key;
  }

  discount(key: string, stationId: string): void {
    const site = this.#sites.get(key);
    site?.stations.delete(stationId);
    site?.met.delete(stationId);
    if (site?.stations.size === 0) this.#sites.delete(key);
  }

  meet(key: string, stationId: string): void {
    this.#sites.get(key)?.met.add(stationId);
  }

  /** Alerts of whole sites, by key. */
  alerts(wanted: ReadonlyMap<string, Alert>, { tenantId, nowMs, knownOf }: SitesInput): Map<string, Alert> {
    const groups = new Map<string, Alert>();
    const whole = [...this.#sites].filter(([, { stations, met }]) => isWhole(stations.size, met.size));
    if (whole.length === 0) return groups;
    const members = membersBySite(wanted);
    for (const [key, { rule, locationId, stations }] of whole) {
      const { ruleId, severity, condition } = rule;
      const subject = siteSubject(locationId);
      const last = lastOf(members.get(key) ?? []);
      const alertId = alertIdOf(tenantId, ruleId, subject, last?.alertId ?? '');
      const place = { stationId: null, locationId, evseId: null, connectorId: null };
      const cause = { since: last?.since ?? nowMs, detail: { stations: stations.size } };
      const fresh = { alertId, ruleId, kind: condition.kind, severity, subject, ...place, ...cause };
      const known = knownOf(rule, key);
      groups.set(key, known === undefined ? opening(fresh, nowMs) : { ...known, severity });
    }
    return groups;
  }

  /** The site's alert that speaks for this one. */
  static groupOf({ ruleId, locationId }: Alert, groups: ReadonlyMap<string, Alert>): Alert | undefined {
    return locationId === null ? undefined : groups.get(keyOf(ruleId, locationId));
  }
}

/** Whether the alert of a site is of what this rule watches still. */
export function isSiteOf({ ruleId, groupsBySite, condition }: AlertRuleValue, site: Alert): boolean {
  return ruleId === site.ruleId && groupsBySite && condition.kind === site.kind;
}

function isWhole(stations: number, met: number): boolean {
  return stations >= stationsMin && met >= stations;
}

function keyOf(ruleId: string, locationId: string): string {
  return subjectKey({ ruleId, subject: siteSubject(locationId) });
}

function membersBySite(wanted: ReadonlyMap<string, Alert>): Map<string, Alert[]> {
  const members = new Map<string, Alert[]>();
  for (const alert of wanted.values()) {
    if (alert.locationId === null) continue;
    const key = keyOf(alert.ruleId, alert.locationId);
    const there = members.get(key);
    if (there === undefined) members.set(key, [alert]);
    else there.push(alert);
  }
  return members;
}

/** Who made the site whole. */
function lastOf(members: readonly Alert[]): Alert | undefined {
  return members.toSorted((left, right) => right.since - left.since || (left.alertId < right.alertId ? 1 : -1))[0];
}
