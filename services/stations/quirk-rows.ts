// Counts the quirks of a batch, one row per station, action and quirk.
import type { Told } from './news-rows.ts';

/** Of a frame, so much is kept to look at; the frame itself stands in the log. */
export const frameCharsMax = 8_192;

type QuirkRow = {
  tenant_id: string;
  station_id: string;
  action: string;
  quirk: string;
  count: number;
  first_at_ms: number;
  last_at_ms: number;
  last_frame: string | null;
};

export function quirkRows(told: readonly Told[]): QuirkRow[] {
  const rows = new Map<string, QuirkRow>();
  for (const { station, news } of told) {
    if (news.kind !== 'quirks') continue;
    const { action, recordedAt, frameJson, messages } = news;
    for (const quirk of new Set(news.quirks)) {
      const named = { tenant_id: station.tenantId, station_id: station.stationId, action, quirk };
      const times = { count: messages, first_at_ms: recordedAt, last_at_ms: recordedAt };
      const row = { ...named, ...times, last_frame: frameJson?.slice(0, frameCharsMax) ?? null };
      const key = JSON.stringify(Object.values(named));
      const known = rows.get(key);
      rows.set(key, known === undefined ? row : sumOf(known, row));
    }
  }
  return [...rows.values()];
}

function sumOf(known: QuirkRow, row: QuirkRow): QuirkRow {
  return {
    ...row,
    count: known.count + row.count,
    first_at_ms: Math.min(known.first_at_ms, row.first_at_ms),
    last_at_ms: Math.max(known.last_at_ms, row.last_at_ms),
    last_frame: row.last_frame ?? known.last_frame,
  };
}
