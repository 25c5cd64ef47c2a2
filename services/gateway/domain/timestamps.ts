// Timestamps as stations write them: ISO 8601 with fractions, offsets, spaces or no zone (read as UTC).

/** 1970-01-01 to 2100-01-01; outside it a timestamp is unreadable. */
const timestampMsMax = 4_102_444_800_000;
const zonePattern = /(?:[Zz]|[+-]\d\d(?::?\d\d)?)$/;

/** Milliseconds since epoch, or null where the text is no instant between 1970 and 2100. */
export function parseTimestamp(text: string | undefined): number | null {
  if (text === undefined) return null;
  const plain = inRange(Date.parse(text));
  if (plain !== null && zonePattern.test(text) && text.charCodeAt(10) === 0x54) return plain;
  const [, dayAndTime = '', zone = 'Z'] = /^(.+?)\s?([Zz]|[+-]\d\d(?::?\d\d)?)?$/.exec(text.trim()) ?? [];
  const iso = `${dayAndTime.replace(' ', 'T')}${canonicalZone(zone)}`;
  return inRange(Date.parse(iso));
}

function canonicalZone(zone: string): string {
  const digits = zone.replaceAll(/\D/g, '');
  return digits === '' ? 'Z' : `${zone.charAt(0)}${digits.slice(0, 2)}:${digits.slice(2) || '00'}`;
}

function inRange(ms: number): number | null {
  return ms >= 0 && ms < timestampMsMax ? ms : null;
}
