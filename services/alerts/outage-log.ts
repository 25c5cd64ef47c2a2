// Appends what operators declare about stations out of service to the partitions of these stations.
import { encodeRecord, type RecordType } from '#contracts/codec';
import type { PlannedOutageInput } from '#contracts/alerting';
import type { Meta, Records } from '#contracts/generated/types';
import { partitionOf, stationKey } from '#contracts/keys';
import type { Topics } from '#contracts/topics';
import type { LogWriter } from '#kit/event-log/types';
import type { By } from './store/resources.ts';

export type OutageLog = {
  /** Resolves once all are in the log. Doing it again adds nothing: folds take the first of an id. */
  declare(by: By, outage: PlannedOutageInput): Promise<void>;
  withdraw(by: By, outageId: string, stationIds: readonly string[]): Promise<void>;
};

export function outageLog(log: LogWriter, { events }: Pick<Topics, 'events'>): OutageLog {
  const append = async <T extends RecordType>(meta: Meta, type: T, value: Records[T]): Promise<void> => {
    const key = stationKey(meta.tenantId, meta.stationId);
    const partition = partitionOf(key, events.partitions);
    await log.append(events.name, partition, [{ key, type, value: encodeRecord(type, value) }]);
  };
  return {
    async declare(by, { outageId, kind, stationIds, evseId = null, from, to, reason }) {
      const span = { outageId, evseId, from: Date.parse(from), to: Date.parse(to), reason, actor: by.actor };
      const type = kind === 'planned' ? 'OutagePlanned' : 'ExclusionDeclared';
      await Promise.all(
        stationIds.map((stationId) => {
          const meta = metaOf(by, stationId, `declared.${outageId}`);
          return append(meta, type, { meta, ...span });
        }),
      );
    },
    async withdraw(by, outageId, stationIds) {
      await Promise.all(
        stationIds.map((stationId) => {
          const meta = metaOf(by, stationId, `withdrawn.${outageId}`);
          return append(meta, 'OutageWithdrawn', { meta, outageId, actor: by.actor });
        }),
      );
    },
  };
}

function metaOf({ tenantId, at: recordedAt }: By, stationId: string, what: string): Meta {
  const nothing = { connectionEpoch: null, seq: null, ocppVersion: null, messageId: null, traceparent: null };
  const eventId = `${stationKey(tenantId, stationId)}.outage-${what}`;
  return { eventId, tenantId, stationId, occurredAt: null, recordedAt, source: 'operator', ...nothing };
}
