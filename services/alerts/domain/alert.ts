// What an alert is, and the id that its rule, subject and cause give it.
import type { AlertKind, Severity } from '#contracts/alerting';
import { formatUuid, uuidV8 } from '#contracts/keys';

export type Alert = {
  readonly alertId: string;
  readonly ruleId: string;
  readonly kind: AlertKind;
  readonly severity: Severity;
  /** station/<id>, station/<id>/<evse>.<connector> or site/<location>. */
  readonly subject: string;
  /** Null: of a whole site. */
  readonly stationId: string | null;
  readonly locationId: string | null;
  readonly evseId: number | null;
  readonly connectorId: number | null;
  readonly state: 'open' | 'acknowledged' | 'closed';
  /** Since when the condition holds. */
  readonly since: number;
  readonly openedAt: number;
  readonly closedAt: number | null;
  readonly closeReason: 'cleared' | 'not-watched' | null;
  /** The alert of its site that speaks for it. */
  readonly groupId: string | null;
  /** `maintenance/<window>` or `outage/<outage>` that suppresses it. */
  readonly suppressedBy: string | null;
  /** Webhooks were told that it is open, so they are told its end. */
  readonly told: boolean;
  readonly detail: Readonly<Record<string, string | number>>;
};

/** One alert per open subject of a rule. */
export function subjectKey({ ruleId, subject }: Pick<Alert, 'ruleId' | 'subject'>): string {
  return `${ruleId} ${subject}`;
}

/** The same whoever decides, and however often: a crash opens nothing twice. */
export function alertIdOf(tenantId: string, ruleId: string, subject: string, cause: string): string {
  return formatUuid(uuidV8(['alert', tenantId, ruleId, subject, cause]));
}

export function stationSubject(stationId: string, evseId: number | null, connectorId: number | null): string {
  return evseId === null ? `station/${stationId}` : `station/${stationId}/${evseId}.${connectorId ?? 0}`;
}

export function siteSubject(locationId: string): string {
  return `site/${locationId}`;
}

type Fresh = Omit<Alert, 'state' | 'openedAt' | 'closedAt' | 'closeReason' | 'groupId' | 'suppressedBy' | 'told'>;

export function opening(fresh: Fresh, nowMs: number): Alert {
  const nothing = { closedAt: null, closeReason: null, groupId: null, suppressedBy: null, told: false } as const;
  return { ...fresh, state: 'open', openedAt: nowMs, ...nothing };
}

/** Whether nothing differs that may change while it stands. */
export function isSame(was: Alert, is: Alert): boolean {
  return (
    was.groupId === is.groupId &&
    was.suppressedBy === is.suppressedBy &&
    was.told === is.told &&
    was.severity === is.severity &&
    was.locationId === is.locationId
  );
}
