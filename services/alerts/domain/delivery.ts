// What a webhook is sent, how it is signed, and when a failed delivery is tried again.
import { createHmac } from 'node:crypto';
import { severities, type WebhookValue } from '#contracts/alerting';
import type { Alert } from './alert.ts';

export type DeliveryEvent = 'alert.opened' | 'alert.acknowledged' | 'alert.closed' | 'webhook.test';

const firstDelayMs = 10_000;
const delayMsMax = 3_600_000;

/** Whether this webhook hears of this alert. */
export function wants({ enabled, severityMin, kinds }: WebhookValue, { severity, kind }: Alert): boolean {
  const isGrave = severities.indexOf(severity) >= severities.indexOf(severityMin);
  return enabled && isGrave && (kinds.length === 0 || kinds.includes(kind));
}

/** JSON text; it is signed and sent as it is, so it is made once. */
export function bodyOf(event: DeliveryEvent, at: number, alert: object | null): string {
  return JSON.stringify({ event, at: new Date(at).toISOString(), alert });
}

/** Lower-case hex of HMAC-SHA256(secret, timestamp ‖ "." ‖ body); the secret is used as the text that was shown. */
export function signatureOf(secret: string, timestampSeconds: number, body: string): string {
  return createHmac('sha256', secret).update(`${timestampSeconds}.${body}`).digest('hex');
}

/** 10 s, 20 s, 40 s … up to an hour. */
export function nextAttemptAt(attempts: number, nowMs: number): number {
  return nowMs + Math.min(delayMsMax, firstDelayMs * 2 ** Math.min(Math.max(attempts - 1, 0), 20));
}
