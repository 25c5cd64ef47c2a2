// The sessions' sink: what charging.sessions says becomes facts for analysts and the map from reported ids to sessions.
import { decodeRecord, UnreadableRecord } from '#contracts/codec';
import type { SessionUpdated } from '#contracts/generated/types';
import { RowBinaryWriter } from '#kit/clickhouse/row-binary';
import type { ToBlocks } from '#kit/sink/blocks';
import { numberOf } from './plain-rows.ts';
import { sessionVersionOf } from './versions.ts';

/** So that an array's length is one byte of RowBinary; a session has about a dozen flags at most. */
const flagsMax = 127;

const factColumns = [
  'tenant_id',
  'session_id',
  'station_id',
  'evse_id',
  'connector_id',
  'transaction_id',
  'reported_id',
  'version',
  'phase',
  'started_at',
  'ended_at',
  'token_ref',
  'authorization',
  'meter_start_wh',
  'meter_stop_wh',
  'energy_wh',
  'stop_reason',
  'ocpp_version',
  'flags',
  'recorded_at',
] as const;

const mapColumns = [
  'tenant_id',
  'station_id',
  'reported_id',
  'session_id',
  'evse_id',
  'started_at',
  'ended_at',
  'energy_wh',
  'version',
] as const;

export function sessionBlocks(): ToBlocks {
  return (batches) => {
    const facts = new RowBinaryWriter();
    const map = new RowBinaryWriter();
    for (const { records } of batches) {
      for (const { value } of records) {
        if (value === null) continue;
        const said = saidBy(value);
        writeFact(said, facts);
        writeMapping(said, map);
      }
    }
    const [factCount, mapCount] = [facts.rows, map.rows];
    return {
      blocks: [
        { table: 'sessions_raw', columns: factColumns, rows: facts.take(), rowCount: factCount },
        { table: 'session_map', columns: mapColumns, rows: map.take(), rowCount: mapCount },
      ],
      refused: [],
    };
  };
}

function saidBy(value: Buffer): SessionUpdated {
  const record = decodeRecord(value);
  switch (record.type) {
    case 'SessionStarted':
    case 'SessionUpdated':
    case 'SessionFlagged':
    case 'SessionEnded':
    case 'SessionCorrected':
      return record;
    default:
      throw new UnreadableRecord('RECORD_UNREADABLE', `expected what a session says, found a ${record.type}`);
  }
}

function writeFact(said: SessionUpdated, writer: RowBinaryWriter): void {
  writer.string(said.tenantId);
  writer.uuidText(said.sessionId);
  writer.string(said.stationId);
  writer.uint16(numberOf(said.evseId ?? 0));
  writer.uint16(numberOf(said.connectorId ?? 0));
  writer.string(said.transactionId);
  writer.uuid(said.reportedId);
  writer.uint64(sessionVersionOf(said.generation, said.sourceOffset));
  writer.string(said.phase);
  writer.int64(said.startedAt);
  writer.nullableInt64(said.endedAt);
  writer.string(said.tokenRef ?? '');
  writer.string(said.authorization ?? '');
  writer.nullableInt64(said.meterStartMilliWh);
  writer.nullableInt64(said.meterStopMilliWh);
  writer.nullableInt64(said.energyMilliWh);
  writer.string(said.stopReason ?? '');
  writer.string(said.ocppVersion ?? '');
  const flags = said.flags.slice(0, flagsMax);
  writer.uint8(flags.length);
  for (const flag of flags) writer.string(flag);
  writer.int64(said.recordedAt);
  writer.endRow();
}

function writeMapping(said: SessionUpdated, writer: RowBinaryWriter): void {
  writer.string(said.tenantId);
  writer.string(said.stationId);
  writer.uuid(said.reportedId);
  writer.uuidText(said.sessionId);
  writer.uint16(numberOf(said.evseId ?? 0));
  writer.int64(said.startedAt);
  writer.nullableInt64(said.endedAt);
  writer.nullableInt64(said.energyMilliWh);
  writer.uint64(sessionVersionOf(said.generation, said.sourceOffset));
  writer.endRow();
}
