// A command that the log did not take: given an idempotency key, then it is free again only where the log surely has nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { topicsFor } from '#contracts/topics';
import type { LogWriter } from '#kit/event-log/types';
import { Fault, type FaultCode } from '#kit/fault';
import { createLogger } from '#kit/logger';
import { CommandBook } from '#services/stations/command-book';
import { PresenceBook } from '#services/stations/presence-book';
import { requestCommand } from '#services/stations/request-command';

const logger = createLogger('test', 'silent');

async function releasedAfter(code: FaultCode): Promise<boolean> {
  let isReleased = false;
  const log = { append: async () => Promise.reject(new Fault(code)) } as unknown as LogWriter;
  const parts = {
    commands: new CommandBook({ logger, onChange: () => {}, onCompleted: () => {} }),
    presence: new PresenceBook({ logger, now: () => 0, onChange: () => {} }),
    idempotency: {
      claim: async () => 'taken' as const,
      requested: async () => assert.fail('it is not in the log'),
      release: async () => void (isReleased = true),
      prune: async () => {},
    },
    topic: topicsFor(2).commands,
    log,
    refOf: () => 'ref',
    isRegistered: () => true,
    locate: async (_request: object, parameters: Record<string, unknown>) => ({ kind: 'located', parameters }) as const,
    now: () => 0,
  };
  const caller = { tenantId: 'default', role: 'operator', actor: 'somebody' } as const;
  const input = { intent: 'ResetStation', parameters: { when: 'idle' }, idempotencyKey: 'once' } as const;
  await assert.rejects(requestCommand(parts, { caller, stationId: 'CS-1', input }), { code });
  return isReleased;
}

test('a key is free at once where nothing was queued, and stands for its request where the outcome is unknown', async () => {
  assert.equal(await releasedAfter('LOG_FULL'), true);
  assert.equal(await releasedAfter('LOG_REFUSED'), true);
  assert.equal(await releasedAfter('LOG_UNAVAILABLE'), false);
});
