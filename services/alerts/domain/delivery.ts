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

/** What came back: a status, or why none did; refused: our guard did not let the call out. */
export type Answered =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'refused' | 'failed'; readonly why: string };

export type Tried = {
  /** This one included. */
  readonly attempts: number;
  /** Since when it is tried. */
  readonly sinceMs: number;
  readonly nowMs: number;
  readonly triedMsMax: number;
};

export type Settled = {
  readonly state: 'pending' | 'delivered' | 'dead';
  readonly at: number;
  readonly nextAt: number;
  readonly status: number | null;
  readonly error: string | null;
};

/** A receiver that says no to this one so often (over five minutes) will not take it: those behind it wait no longer. */
export const rejectedAttemptsMax = 6;
const errorCharactersMax = 200;
/** 4xx that speak of the moment, not of what was sent. */
const passing = new Set([408, 425, 429]);

/** Taken, tried again later, or dead: those behind it wait until it is one of the others. */
export function settledBy(answer: Answered, tried: Tried): Settled {
  const { attempts, sinceMs, nowMs: at, triedMsMax } = tried;
  if (answer.kind === 'answered' && answer.status >= 200 && answer.status < 300)
    return { state: 'delivered', at, nextAt: at, status: answer.status, error: null };
  const nextAt = nextAttemptAt(attempts, at);
  const isOver = isFinal(answer, attempts) || nextAt - sinceMs > triedMsMax;
  const [status, error] =
    answer.kind === 'answered'
      ? [answer.status, `it answered ${answer.status}`]
      : [null, answer.why.slice(0, errorCharactersMax)];
  return { state: isOver ? 'dead' : 'pending', at, nextAt, status, error };
}

function isFinal(answer: Answered, attempts: number): boolean {
  if (answer.kind !== 'answered') return answer.kind === 'refused';
  const { status } = answer;
  const isRejected = status >= 400 && status < 500 && !passing.has(status);
  // 410: the receiver wants no more. Refused: no later attempt would be let out.
  return status === 410 || (isRejected && attempts >= rejectedAttemptsMax);
}
