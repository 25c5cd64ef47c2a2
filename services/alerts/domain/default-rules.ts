// The rules that every tenant begins with; operators change, switch off or delete them like their own.
import type { AlertCondition, AlertRuleValue, Severity } from '#contracts/alerting';

const everywhere = { locationIds: [], vendors: [], models: [] };

function rule(ruleId: string, name: string, severity: Severity, condition: AlertCondition): AlertRuleValue {
  const groupsBySite = condition.kind === 'offline';
  return { ruleId, name, enabled: true, severity, selection: everywhere, groupsBySite, condition };
}

/** Ids are the kinds, so that a webhook's reader knows them without asking. */
export const defaultRules: readonly AlertRuleValue[] = [
  rule('offline', 'Station offline', 'critical', { kind: 'offline', opensAfterSeconds: 300, closesAfterSeconds: 60 }),
  rule('faulted', 'Connector faulted', 'critical', { kind: 'faulted', opensAfterSeconds: 120, closesAfterSeconds: 60 }),
  rule('stuck', 'Connector stuck before or after charging', 'warning', {
    kind: 'stuck',
    statuses: ['Preparing', 'Finishing'],
    opensAfterSeconds: 7_200,
    closesAfterSeconds: 0,
  }),
  rule('no-session', 'No session while others charge', 'warning', {
    kind: 'no-session',
    opensAfterHours: 72,
    whileOthersCharge: true,
  }),
  rule('refused-starts', 'Many refused starts', 'warning', {
    kind: 'refused-starts',
    windowMinutes: 60,
    measure: 'percent',
    startsMin: 5,
    opensAt: 80,
    closesAt: 40,
  }),
  rule('drift', 'Configuration differs', 'info', { kind: 'drift', opensAfterSeconds: 3_600, closesAfterSeconds: 0 }),
  rule('certificate-expiry', 'Certificate expires', 'warning', {
    kind: 'certificate-expiry',
    opensWithinDays: 21,
    closesBeyondDays: 22,
  }),
];
