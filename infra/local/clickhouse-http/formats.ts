// Output formats as HTTP sees them (getContentType of ClickHouse's output formats).

const contentTypes: ReadonlyMap<string, string> = new Map(
  [
    [
      'application/json; charset=UTF-8',
      'JSON JSONCompact JSONStrings JSONCompactStrings JSONColumns JSONCompactColumns JSONColumnsWithMetadata JSONObjectEachRow GeoJSON',
    ],
    [
      'application/x-ndjson; charset=UTF-8',
      'JSONEachRow JSONLines NDJSON JSONStringsEachRow JSONCompactEachRow JSONCompactStringsEachRow JSONCompactEachRowWithNames JSONCompactEachRowWithNamesAndTypes JSONEachRowWithProgress',
    ],
    ['text/csv; charset=UTF-8; header=absent', 'CSV'],
    ['text/csv; charset=UTF-8; header=present', 'CSVWithNames CSVWithNamesAndTypes'],
    [
      'text/tab-separated-values; charset=UTF-8',
      'TabSeparated TSV TabSeparatedRaw TSVRaw Raw TabSeparatedWithNames TSVWithNames TabSeparatedWithNamesAndTypes TSVWithNamesAndTypes TabSeparatedRawWithNames TSVRawWithNames',
    ],
    [
      'application/octet-stream',
      'RowBinary RowBinaryWithNames RowBinaryWithNamesAndTypes Native Parquet Arrow ArrowStream ORC Avro MsgPack Protobuf BSONEachRow Npy',
    ],
    ['application/xml; charset=UTF-8', 'XML'],
  ].flatMap(([type = '', names = '']) => names.split(' ').map((name) => [name, type] as const)),
);

export const defaultFormat = 'TabSeparated';

export function contentTypeOf(format: string): string {
  return contentTypes.get(format) ?? 'text/plain; charset=UTF-8';
}

/** A format's name is a word; anything else would be SQL. */
export function isFormatName(name: string): boolean {
  return /^[A-Za-z0-9]+$/.test(name);
}
