// JSON with exact numbers: a decimal's digits go onto the wire as they are, no binary float ever holds them.
import assert from 'node:assert/strict';

/** A decimal as text, to be printed as a JSON number. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    assert(/^-?(0|[1-9]\d*)(\.\d{1,4})?$/.test(text), `${text} is no number with at most four decimals`);
    this.text = text;
  }
}

/** As JSON.stringify for plain values, without what is undefined, and with decimals as numbers. */
export function jsonOf(value: unknown): string {
  if (value instanceof JsonNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${jsonOf(member)}`).join(',')}}`;
  }
  return JSON.stringify(value ?? null);
}
