// multipart/form-data: long parameters come this way, one part each (RFC 7578).
import { ClickHouseException } from '#infra/local/clickhouse-http/exception';

/** The boundary of a multipart body; undefined for every other content type. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  if (contentType === undefined || !/^multipart\/form-data\b/i.test(contentType)) return undefined;
  const [, inQuotes, bare] = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType) ?? [];
  return inQuotes ?? bare;
}

/** The fields of the form, in order. Throws code 36 where the body is no form, 48 for files (external tables). */
export function readForm(body: Buffer, boundary: string): [string, string][] {
  const fields: [string, string][] = [];
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  // The first delimiter may stand at the very start, without a line break.
  const text = Buffer.concat([Buffer.from('\r\n'), body]);
  let start = text.indexOf(delimiter);
  if (start < 0) throw malformed();
  for (;;) {
    start += delimiter.length;
    if (text.subarray(start, start + 2).toString('latin1') === '--') return fields;
    const headEnd = text.indexOf('\r\n\r\n', start);
    const end = text.indexOf(delimiter, headEnd);
    if (headEnd < 0 || end < 0) throw malformed();
    const name = nameOf(text.subarray(start, headEnd).toString('utf8'));
    fields.push([name, text.subarray(headEnd + 4, end).toString('utf8')]);
    start = end;
  }
}

function nameOf(head: string): string {
  if (/;\s*filename=/i.test(head)) {
    throw new ClickHouseException(
      48,
      'NOT_IMPLEMENTED',
      'External tables in a form are not supported by the embedded ClickHouse',
    );
  }
  const name = /;\s*name="([^"]*)"/i.exec(head)?.[1];
  if (name === undefined) throw malformed();
  return name;
}

function malformed(): ClickHouseException {
  return new ClickHouseException(36, 'BAD_ARGUMENTS', 'The multipart form is malformed');
}
