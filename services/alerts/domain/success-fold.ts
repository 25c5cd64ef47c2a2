// Folds charging.sessions into when a station last gave energy, one row per station and partition: each partition's own.
import type { SessionUpdated } from '#contracts/generated/types';

type Position = { readonly partition: number };

/** The newest of this session's records that tell of energy; `at` 0: none does. */
export type Success = {
  readonly tenantId: string;
  readonly stationId: string;
  readonly partition: number;
  readonly at: number;
};

/** 0.1 kWh: less is a plug that was put in, not a session that worked. */
export const successMilliWhMin = 100_000;

export const successFold = {
  SessionStarted: told,
  SessionUpdated: told,
  SessionFlagged: told,
  SessionEnded: told,
  SessionCorrected: told,
} as const;

function told(
  state: Success | undefined,
  session: SessionUpdated,
  { partition }: Position,
): { readonly state: Success } {
  const { tenantId, stationId, energyMilliWh, recordedAt } = session;
  const at = energyMilliWh !== null && energyMilliWh >= successMilliWhMin ? recordedAt : 0;
  return { state: { tenantId, stationId, partition, at: Math.max(state?.at ?? 0, at) } };
}
