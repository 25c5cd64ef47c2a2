// A secret that a test made known to the platform, every form in which it could come to light, and where it may stand.
import assert from 'node:assert/strict';
import type { Artefact } from './artefacts.ts';

export type Canary = {
  readonly what: string;
  readonly value: string | Buffer;
  /** Where it may stand: beginnings of the names of artefacts. */
  readonly at?: readonly string[];
};

/** As it is, in hexadecimal digits, in base64 wherever it stands among other bytes, escaped, as a part of a URL. */
export function formsOf({ value }: Canary): readonly string[] {
  const bytes = Buffer.from(value);
  const hex = bytes.toString('hex');
  const base64 = [0, 1, 2].flatMap((before) => {
    // What the neighbours' bits make of the first and last digits is not known.
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replaceAll('=', '');
    const sure = text.slice(before === 0 ? 0 : before + 1, (bytes.length + before) % 3 === 0 ? undefined : -1);
    return [sure, sure.replaceAll('+', '-').replaceAll('/', '_')];
  });
  const plain = bytes.toString('latin1');
  const texts = typeof value === 'string' ? [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)] : [];
  return [...new Set([plain, hex, hex.toUpperCase(), ...base64, ...texts])];
}

/** Which canaries have come to light, and where; says too in how many artefacts of each place the known text stands. */
export async function lightOn(
  artefacts: AsyncIterable<Artefact>,
  canaries: readonly Canary[],
  known: string,
): Promise<{ readonly leaks: readonly string[]; readonly seen: ReadonlySet<string> }> {
  const wanted = canaries.map((canary) => ({ canary, forms: formsOf(canary) }));
  const leaks = new Set<string>();
  const seen = new Set<string>();
  for await (const { where, text } of artefacts) {
    if (text.includes(known)) seen.add(where);
    for (const { canary, forms } of wanted) {
      const form = forms.find((each) => text.includes(each));
      if (form === undefined || (canary.at ?? []).some((place) => where.startsWith(place))) continue;
      const at = text.indexOf(form);
      leaks.add(`${where} holds ${canary.what}: ${text.slice(Math.max(0, at - 80), at)}⟨…⟩`);
    }
  }
  return { leaks: [...leaks], seen };
}

/** Fails where a canary is in an answer that refused it. */
export function assertSilent(text: string, canary: Canary): void {
  for (const form of formsOf(canary)) assert.ok(!text.includes(form), `the answer repeats ${canary.what}`);
}
