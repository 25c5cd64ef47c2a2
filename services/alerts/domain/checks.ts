// What a schema cannot say of operators' rules, windows, webhooks and outages; each fault names its path.
import type { AlertRuleValue, MaintenanceWindowValue, PlannedOutageInput, WebhookValue } from '#contracts/alerting';

export type Violation = { readonly path: string; readonly message: string };

export function ruleViolations({ condition }: AlertRuleValue): Violation[] {
  switch (condition.kind) {
    case 'refused-starts':
      return [
        ...when(condition.closesAt >= condition.opensAt, 'body/condition/closesAt', 'must be less than opensAt'),
        ...when(
          condition.measure === 'count' && condition.startsMin > condition.opensAt,
          'body/condition/startsMin',
          'must not be greater than a count at which it opens',
        ),
      ];
    case 'certificate-expiry':
      return when(
        condition.closesBeyondDays < condition.opensWithinDays,
        'body/condition/closesBeyondDays',
        'must not be less than opensWithinDays',
      );
    case 'offline':
    case 'faulted':
    case 'stuck':
    case 'no-session':
    case 'drift':
      return [];
  }
}

export function windowViolations(window: MaintenanceWindowValue): Violation[] {
  const isNowhere = window.stationIds.length + window.locationIds.length === 0;
  return [...spanViolations(window), ...when(isNowhere, 'body/stationIds', 'a station or a location must be named')];
}

export function outageViolations(outage: PlannedOutageInput): Violation[] {
  return spanViolations(outage);
}

/** The guard asks again at each call, since names change; this is for whoever mistypes. */
export function webhookViolations({ url }: WebhookValue, insecureHosts: readonly string[]): Violation[] {
  const path = 'body/url';
  if (!URL.canParse(url)) return [{ path, message: 'is no URL' }];
  const { protocol, host, username, password } = new URL(url);
  const isInsecure = insecureHosts.includes(host) && protocol === 'http:';
  return [
    ...when(protocol !== 'https:' && !isInsecure, path, 'must be HTTPS'),
    ...when(username !== '' || password !== '', path, 'must name no user'),
  ];
}

function spanViolations({ from, to }: { readonly from: string; readonly to: string }): Violation[] {
  const [begins, ends] = [Date.parse(from), Date.parse(to)];
  return [
    ...when(Number.isNaN(begins), 'body/from', 'is no instant'),
    ...when(Number.isNaN(ends), 'body/to', 'is no instant'),
    ...when(ends <= begins, 'body/to', 'must be after from'),
  ];
}

function when(isFault: boolean, path: string, message: string): Violation[] {
  return isFault ? [{ path, message }] : [];
}
