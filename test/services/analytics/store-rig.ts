// A ClickHouse database of its own with analytics' tables, filled through the real sinks' blocks.
import { randomBytes } from 'node:crypto';
import { encodeRecord } from '#contracts/codec';
import type { MeterValuesSampled, RegistryChanged, SessionUpdated } from '#contracts/generated/types';
import { type ClickHouse, openClickHouse } from '#kit/clickhouse';
import type { LogRecord } from '#kit/event-log/types';
import { createLogger } from '#kit/logger';
import type { ToBlocks } from '#kit/sink/blocks';
import { readingBlocks } from '#services/analytics/sinks/readings';
import { registryBlocks } from '#services/analytics/sinks/registry';
import { sessionBlocks } from '#services/analytics/sinks/sessions';
import { insertingInto, prepareTimeseries } from '#services/analytics/timeseries';

export type StoreRig = {
  readonly clickhouse: ClickHouse;
  /** One insert of these events, under a token of their own unless one is given. */
  readings(events: readonly MeterValuesSampled[], token?: string): Promise<void>;
  sessions(said: readonly SessionUpdated[]): Promise<void>;
  registry(changes: readonly RegistryChanged[]): Promise<void>;
  rows<Row>(text: string, params?: Record<string, unknown>): Promise<Row[]>;
  /** Everything of the readings and their states, as text: what a replay must not change. */
  snapshot(): Promise<string>;
  close(): Promise<void>;
};

export async function openStoreRig(name: string): Promise<StoreRig> {
  const database = `${name}_${randomBytes(4).toString('hex')}`;
  const url = process.env['CLICKHOUSE_URL'] ?? '';
  const clickhouse = openClickHouse({ url, database });
  const { signal } = new AbortController();
  await prepareTimeseries(clickhouse, { url, database }, { signal, logger: createLogger('test', 'silent') });
  const insert = async (toBlocks: ToBlocks, values: readonly Buffer[], token: string): Promise<void> => {
    const records = values.map<LogRecord>((value, offset) => ({ offset, timestampMs: 0, key: '', type: '', value }));
    const { blocks } = toBlocks([{ partition: 0, records, endOffset: records.length }]);
    for (const { table, columns, rows, rowCount } of blocks) {
      if (rowCount === 0) continue;
      const deduplicationToken = `${token}:${table}`;
      await insertingInto(clickhouse).insertRowBinary({ table, columns, rows, deduplicationToken });
    }
  };
  const newToken = (): string => randomBytes(8).toString('hex');
  const query = <Row>(text: string, params: Record<string, unknown> = {}): Promise<Row[]> =>
    clickhouse.query<Row>(text, { params });
  return {
    clickhouse,
    readings: (events, token = newToken()) =>
      insert(
        readingBlocks(),
        events.map((event) => encodeRecord('MeterValuesSampled', event)),
        token,
      ),
    sessions: (said) =>
      insert(
        sessionBlocks(),
        said.map((each) => encodeRecord('SessionUpdated', each)),
        newToken(),
      ),
    registry: (changes) =>
      insert(
        registryBlocks(),
        changes.map((change) => encodeRecord('RegistryChanged', change)),
        newToken(),
      ),
    rows: query,
    async snapshot() {
      const tables = [
        'SELECT * FROM meter_readings_raw FINAL ORDER BY ALL',
        'SELECT * FROM meter_samples_other FINAL ORDER BY ALL',
        'SELECT * FROM energy_15m_state FINAL ORDER BY ALL',
        'SELECT * FROM export_15m_state FINAL ORDER BY ALL',
      ];
      return JSON.stringify(await Promise.all(tables.map((text) => query(text))));
    },
    async close() {
      await clickhouse.command(`DROP DATABASE IF EXISTS \`${database}\``);
      await clickhouse.close();
    },
  };
}
