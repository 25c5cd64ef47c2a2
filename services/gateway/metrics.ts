// What a gateway counts; no label ever holds a station's id.
import type { AuthorizationDecided } from '#contracts/generated/types';
import { counter, gauge, histogram } from '#kit/metrics';

export const connections = gauge('gateway_connections', { help: 'Open OCPP connections', labels: ['version'] });
export const upgradesRefused = counter('gateway_upgrades_refused_total', {
  help: 'Refused WebSocket upgrades',
  labels: ['reason'],
});
export const spoofedClaims = counter('gateway_spoofed_claims_total', {
  help: 'Upgrades at the plain port with headers that only our proxies may send; they are not read',
});
export const securityEvents = counter('gateway_security_events_total', {
  help: 'What gateways noticed of stations that they did not let in, or that are not what they say',
  labels: ['kind'],
});
export const failedLogins = counter('gateway_failed_logins_total', { help: 'Upgrades with wrong credentials' });
export const overloadLevel = gauge('gateway_overload_level', {
  help: '0 none, 1 frames, 2 upgrades, 3 answers, 4 sockets',
});
export const logAway = gauge('gateway_log_away', {
  help: '1 while appends wait and none is acknowledged for too long',
});
export const closed = counter('gateway_closed_total', { help: 'Closed connections', labels: ['cause'] });
const calls = counter('gateway_calls_total', {
  help: 'CALLs from stations',
  labels: ['version', 'action', 'outcome'],
});
export const frameFaults = counter('gateway_frame_faults_total', {
  help: 'Frames that are no valid OCPP-J, or that nobody waits for',
  labels: ['reason'],
});
export const quirks = counter('gateway_quirks_total', {
  help: 'Messages that broke their schema and were understood, or answered, all the same',
  labels: ['version', 'quirk'],
});
export const questionsAsked = counter('gateway_questions_total', {
  help: 'Questions to sources outside, asked for stations',
  labels: ['kind', 'outcome'],
});
export const costsTold = counter('gateway_costs_total', {
  help: 'Costs of transactions asked for answers to stations: told, or why not',
  labels: ['outcome'],
});
export const framesShed = counter('gateway_frames_shed_total', {
  help: 'Exchanges that did not get into the log of frames',
  labels: ['reason'],
});
export const framesCut = counter('gateway_frames_cut_total', {
  help: 'Exchanges of which only the beginning was kept',
});
export const framesQueueBytes = gauge('gateway_frames_queue_bytes', { help: 'Exchanges that wait to be told' });
export const framesLagSeconds = gauge('gateway_frames_lag_seconds', { help: 'Age of the oldest of them' });
type CallCounter = { inc(): void };
const callCounters = new Map<string, Map<string, CallCounter>>();

/** Counts a CALL; the counter of each action and outcome is looked up once, since this is the hot path. */
export function countCall(version: string, action: string, outcome: string): void {
  const key = `${version}/${action}`;
  let byOutcome = callCounters.get(key);
  if (byOutcome === undefined) callCounters.set(key, (byOutcome = new Map()));
  let child = byOutcome.get(outcome);
  if (child === undefined) byOutcome.set(outcome, (child = calls.labels({ version, action, outcome })));
  child.inc();
}

export const partnerSeconds = histogram('gateway_partner_seconds', {
  help: 'Questions to partners about their tokens',
  labels: ['outcome'],
  buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5],
});
const authorizations = counter('gateway_authorizations_total', {
  help: 'Decisions about tokens',
  labels: ['purpose', 'status', 'by'],
});
export const boots = counter('gateway_boots_total', { help: 'BootNotifications', labels: ['status'] });
export const commandsDone = counter('gateway_commands_total', {
  help: 'Commands executed',
  labels: ['intent', 'outcome'],
});
export const duplicateIdentities = counter('gateway_duplicate_identities_total', {
  help: 'Second devices seen behind one identity',
});
export const callSeconds = histogram('gateway_call_seconds', {
  help: 'From receiving a CALL to writing its answer',
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});

/** Few purposes, statuses and deciders: a small table, whoever the driver is. */
export function countDecision({ purpose, status, decidedBy: by }: AuthorizationDecided): void {
  authorizations.inc({ purpose, status, by });
}
