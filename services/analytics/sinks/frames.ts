// The frames' sink: every exchange that a gateway told becomes a row for people who look for a fault.
import { decodeAs } from '#contracts/codec';
import { RowBinaryWriter } from '#kit/clickhouse/row-binary';
import type { ToBlocks } from '#kit/sink/blocks';

/** So that an array's length is one byte of RowBinary; a payload needs a handful of repairs. */
const quirksMax = 127;
const latencyMsMax = 2 ** 32 - 1;

const columns = [
  'tenant_id',
  'station_id',
  'received_at',
  'gateway_id',
  'seq',
  'connection_epoch',
  'ocpp_version',
  'direction',
  'message_id',
  'action',
  'outcome',
  'error_code',
  'latency_ms',
  'request',
  'request_chars_cut',
  'answer',
  'answer_chars_cut',
  'quirks',
] as const;

export function frameBlocks(): ToBlocks {
  return (batches) => {
    const writer = new RowBinaryWriter();
    for (const { records } of batches) {
      for (const { value } of records) if (value !== null) writeExchange(value, writer);
    }
    const rowCount = writer.rows;
    return { blocks: [{ table: 'frames_raw', columns, rows: writer.take(), rowCount }], refused: [] };
  };
}

const directions = { station: 1, csms: 2 } as const;

function writeExchange(value: Buffer, writer: RowBinaryWriter): void {
  const said = decodeAs('ExchangeRecorded', value);
  writer.string(said.tenantId);
  writer.string(said.stationId);
  writer.int64(said.receivedAt);
  writer.string(said.gatewayId);
  writer.uint64(said.seq);
  writer.nullableInt64(said.connectionEpoch);
  writer.string(said.ocppVersion);
  writer.uint8(directions[said.direction]);
  writer.string(said.messageId ?? '');
  writer.string(said.action ?? '');
  writer.string(said.outcome);
  writer.string(said.errorCode ?? '');
  if (said.latencyMs === null) writer.null();
  else {
    writer.present();
    writer.uint32(Math.min(said.latencyMs, latencyMsMax));
  }
  writer.string(said.requestFrame);
  writer.uint32(said.requestCharsCut);
  writer.string(said.answerFrame ?? '');
  writer.uint32(said.answerCharsCut);
  const quirks = said.quirks.slice(0, quirksMax);
  writer.uint8(quirks.length);
  for (const quirk of quirks) writer.string(quirk);
  writer.endRow();
}
