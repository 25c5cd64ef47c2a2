// The readings' sink: MeterValuesSampled of charging.events becomes rows; every other type is passed over by its header.
import { decodeAs } from '#contracts/codec';
import { newestByType, readLock } from '#contracts/lock';
import { RowBinaryWriter } from '#kit/clickhouse/row-binary';
import type { ToBlocks } from '#kit/sink/blocks';
import { writeFusedRows } from './fused-rows.ts';
import { writePlainRows, type ReadingRows } from './plain-rows.ts';
import { readingColumns, readingsTable, sampleColumns, samplesTable } from './reading-columns.ts';

export const readingTypes = ['MeterValuesSampled'] as const;

const framedBytes = 5;

/** Rows of a cut. The fused path reads the newest schema only; what an older gateway wrote is decoded by its resolver. */
export function readingBlocks(): ToBlocks {
  const newestId = newestByType(readLock()).get('MeterValuesSampled')?.id;
  let rows = emptyRows();
  return (batches) => {
    try {
      for (const { records } of batches) {
        for (const { value } of records) {
          if (value === null) continue;
          if (value.length > framedBytes && value[0] === 0 && value.readUInt32BE(1) === newestId)
            writeFusedRows(value, framedBytes, rows);
          else writePlainRows(decodeAs('MeterValuesSampled', value), rows);
        }
      }
    } catch (error) {
      rows = emptyRows();
      throw error;
    }
    return { blocks: blocksOf(rows), refused: [] };
  };
}

function emptyRows(): ReadingRows {
  return { readings: new RowBinaryWriter(), samples: new RowBinaryWriter() };
}

function blocksOf({ readings, samples }: ReadingRows): ReturnType<ToBlocks>['blocks'] {
  const readingCount = readings.rows;
  const sampleCount = samples.rows;
  return [
    { table: readingsTable, columns: readingColumns, rows: readings.take(), rowCount: readingCount },
    { table: samplesTable, columns: sampleColumns, rows: samples.take(), rowCount: sampleCount },
  ];
}
