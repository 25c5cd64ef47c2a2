// Folds charging.sessions into when a station last gave energy, one row per station and partition: each partition's own.
import type { SessionUpdated } from '#contracts/generated/types';

type Position = { readonly partition: number; readonly offset: number };

/** The newest of this session's records that tell of energy; `at` 0: none does. */
export type Success = {
  readonly tenantId: string;
  readonly stationId: string;
  readonly partition: number;
  readonly at: number;
  /** Of the record that told so last; whoever looks again asks for what came since. */
  readonly lastOffset: number;
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
  { partition, offset }: Position,
): { readonly state: Success } {
  const { tenantId, stationId, energyMilliWh, recordedAt } = session;
  const before = state ?? { tenantId, stationId, partition, at: 0, lastOffset: -1 };
  const gaveEnergy = energyMilliWh !== null && energyMilliWh >= successMilliWhMin;
  return { state: gaveEnergy ? { ...before, at: Math.max(before.at, recordedAt), lastOffset: offset } : before };
}
