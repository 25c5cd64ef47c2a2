// Which stations of a campaign may be asked now: eligible by their version, connected, and without a session.
import Type from 'typebox';
import { Value } from 'typebox/value';
import { stationKey } from '#contracts/keys';
import type { Database } from '#kit/postgres';
import { exclusionOf } from '../domain/firmware-rollout.ts';
import type { PresenceBook } from '../presence-book.ts';
import type { Skipped, Waiting } from './asking.ts';
import type { Job } from './jobs.ts';
import { versionsOf } from './selection.ts';

export type ReadinessParts = {
  readonly database: Database;
  readonly presence: Pick<PresenceBook, 'claim'>;
  readonly sessions: SessionsOptions;
};

export type SessionsOptions = { readonly url: string; readonly internalToken: string; readonly timeoutMs: number };

export type Readiness = {
  readonly ready: readonly string[];
  readonly busy: readonly string[];
  readonly skipped: readonly Skipped[];
};

const hourMs = 60 * 60 * 1000;

/** At most `count` are ready: the sessions of no more are asked for. Rejects where the sessions cannot be asked. */
export async function readinessOf(
  parts: ReadinessParts,
  { job, waiting, count }: { readonly job: Job; readonly waiting: readonly Waiting[]; readonly count: number },
  nowMs: number,
): Promise<Readiness> {
  const { terms, tenantId, waveStartedAtMs } = job;
  const { campaign } = terms;
  if (campaign === null)
    return { ready: waiting.slice(0, count).map(({ stationId }) => stationId), busy: [], skipped: [] };
  const ids = waiting.map(({ stationId }) => stationId);
  const versions = await versionsOf(parts.database, tenantId, ids);
  const isLate = nowMs >= waveStartedAtMs + campaign.reachWithinHours * hourMs;
  const found = { ready: [] as string[], busy: [] as string[], skipped: [] as Skipped[] };
  for (const stationId of ids) {
    const outcome = exclusionOf(versions.get(stationId) ?? null, campaign);
    if (outcome !== undefined) found.skipped.push({ stationId, outcome });
    else if (isLate) found.skipped.push({ stationId, outcome: 'notReached' });
    else if (found.ready.length >= count) break;
    else if (await isFree(parts, tenantId, stationId)) found.ready.push(stationId);
    else found.busy.push(stationId);
  }
  return found;
}

async function isFree({ presence, sessions }: ReadinessParts, tenantId: string, stationId: string): Promise<boolean> {
  const claim = presence.claim(stationKey(tenantId, stationId));
  return claim?.connected === true && claim.accepted && !(await isCharging(sessions, tenantId, stationId));
}

const page = Type.Object({ items: Type.Array(Type.Unknown()) });

async function isCharging(
  { url, internalToken, timeoutMs }: SessionsOptions,
  tenantId: string,
  stationId: string,
): Promise<boolean> {
  const query = new URLSearchParams({ stationId, state: 'charging', limit: '1' });
  const headers = { authorization: `Bearer ${internalToken}`, 'x-tenant-id': tenantId, 'x-actor': 'campaigns' };
  const response = await fetch(`${url}/v1/sessions?${query.toString()}`, {
    headers,
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) throw new Error(`the sessions answer ${response.status}`);
  return Value.Parse(page, await response.json()).items.length > 0;
}
