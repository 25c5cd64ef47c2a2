// A bulk job and its stations as operators see them.
import type { Static } from 'typebox';
import type { CountRow, Job, StationRow } from '../bulk/jobs.ts';
import { shownParameters, type RefOf } from '../domain/shown-parameters.ts';
import type { jobStation, JobView } from './bulk-schemas.ts';
import { isoOf } from './page.ts';

type WaveView = JobView['waves'][number];

export function viewOfJob(job: Job, counts: readonly CountRow[], refOf: RefOf): JobView {
  const { jobId, terms, state, why, wave, tenantId } = job;
  const { name, selection, intent, pacePerMinute, stopAtFailedPercent, campaign } = terms;
  const outcomes: Record<string, number> = {};
  for (const { outcome, count } of counts) if (outcome !== null) outcomes[outcome] = (outcomes[outcome] ?? 0) + count;
  return {
    jobId,
    name,
    state,
    why,
    intent,
    parameters: shownParameters(tenantId, terms.parameters, refOf),
    selection,
    pacePerMinute,
    stopAtFailedPercent,
    targetVersion: campaign?.targetVersion ?? null,
    stations: terms.waves.reduce((sum, size) => sum + size, 0),
    wave: wave + 1,
    waves: terms.waves.map((stations, n) => waveOf(n, stations, counts)),
    outcomes,
    createdAt: isoOf(job.createdAtMs),
    createdBy: job.createdBy,
    endedAt: isoOf(job.endedAtMs),
  };
}

function waveOf(n: number, stations: number, counts: readonly CountRow[]): WaveView {
  const seen = { waiting: 0, open: 0, succeeded: 0, failed: 0, skipped: 0, cancelled: 0 };
  for (const { wave, state, count } of counts) if (wave === n) seen[isCounted(state) ? state : 'open'] += count;
  return { wave: n + 1, stations, ...seen };
}

function isCounted(state: string): state is 'waiting' | 'succeeded' | 'failed' | 'skipped' | 'cancelled' {
  return state === 'waiting' || ['succeeded', 'failed', 'skipped', 'cancelled'].includes(state);
}

export function viewOfStation(row: StationRow): Static<typeof jobStation> {
  const { stationId, wave, state, outcome, detail, commandId, askedAtMs, endedAtMs } = row;
  const times = { askedAt: isoOf(askedAtMs), endedAt: isoOf(endedAtMs) };
  // The table allows no other.
  const known = state as Static<typeof jobStation>['state'];
  return { stationId, wave: wave + 1, state: known, outcome, detail, commandId, ...times };
}
