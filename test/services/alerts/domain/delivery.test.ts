import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WebhookValue } from '#contracts/alerting';
import type { Alert } from '#services/alerts/domain/alert';
import { ruleViolations, webhookViolations, windowViolations } from '#services/alerts/domain/checks';
import { defaultRules } from '#services/alerts/domain/default-rules';
import { bodyOf, nextAttemptAt, signatureOf, wants } from '#services/alerts/domain/delivery';

test('a signature is HMAC-SHA256 over timestamp, dot and body, as any library makes it', () => {
  // printf '1700000000.{"event":"webhook.test"}' | openssl dgst -sha256 -hmac whsec_secret
  assert.equal(
    signatureOf('whsec_secret', 1_700_000_000, '{"event":"webhook.test"}'),
    'c4d2fb531421e9a8a8dc0a095bf0bf5f56da947b4a96c40e5bbf71cb822f54de',
  );
  assert.equal(
    bodyOf('webhook.test', 0, null),
    '{"event":"webhook.test","at":"1970-01-01T00:00:00.000Z","alert":null}',
  );
});

test('attempts go further apart, up to an hour', () => {
  const delays = [1, 2, 3, 9, 10, 1_000].map((attempts) => nextAttemptAt(attempts, 0) / 1_000);
  assert.deepEqual(delays, [10, 20, 40, 2_560, 3_600, 3_600]);
});

const webhook: WebhookValue = {
  webhookId: 'w',
  url: 'https://ops.example/',
  enabled: true,
  severityMin: 'warning',
  kinds: [],
};

test('a webhook hears of what is grave enough, of its kinds, while it is on', () => {
  const alert = { severity: 'warning', kind: 'offline' } as Alert;
  assert.ok(wants(webhook, alert));
  assert.ok(wants(webhook, { ...alert, severity: 'critical' }));
  assert.ok(!wants(webhook, { ...alert, severity: 'info' }));
  assert.ok(wants({ ...webhook, kinds: ['offline'] }, alert));
  assert.ok(!wants({ ...webhook, kinds: ['faulted'] }, alert));
  assert.ok(!wants({ ...webhook, enabled: false }, alert));
});

test('a URL is HTTPS and names no user, or its host is allowed by the configuration', () => {
  const faults = (url: string, hosts: string[] = []): number => webhookViolations({ ...webhook, url }, hosts).length;
  assert.equal(faults('https://ops.example/x'), 0);
  assert.equal(faults('http://ops.example/x'), 1);
  assert.equal(faults('http://127.0.0.1:8000/x', ['127.0.0.1:8000']), 0);
  assert.equal(faults('ftp://127.0.0.1:8000/x', ['127.0.0.1:8000']), 1);
  assert.equal(faults('https://user:word@ops.example/'), 1);
  assert.equal(faults('nowhere at all'), 1);
});

test('a window names somewhere and ends after it begins; the rules of every tenant are sound', () => {
  const window = { windowId: 'w', stationIds: ['A'], locationIds: [], note: '' };
  const [early, late] = ['2026-06-01T00:00:00Z', '2026-06-01T00:00:01Z'];
  assert.deepEqual(windowViolations({ ...window, from: early, to: late }), []);
  assert.equal(windowViolations({ ...window, from: late, to: late })[0]?.path, 'body/to');
  assert.equal(windowViolations({ ...window, from: '2026-13-01T00:00:00Z', to: late })[0]?.path, 'body/from');
  assert.equal(windowViolations({ ...window, stationIds: [], from: early, to: late })[0]?.path, 'body/stationIds');
  assert.deepEqual(defaultRules.flatMap(ruleViolations), []);
});
