// How one faulty value is read all the same: pure functions that rules name. None loses a digit or a letter.
import type { Violation } from '#contracts/ocpp';

/**
 * What becomes of a value. `as`: this is meant. `shown`: kept as the station said it, while the schema is shown something
 * that it knows. `dropped`: it says nothing. `hidden`: kept, while the schema does not see it. Undefined: not readable so.
 */
export type Mended =
  | { readonly kind: 'as'; readonly value: unknown }
  | { readonly kind: 'shown'; readonly value: unknown }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'hidden' }
  | undefined;

export type Mend = (value: unknown, violation: Violation) => Mended;

/** Unreadable instants longer than that are no clock's, and would make keys that no index holds. */
const timeCharsMax = 64;
/** Texts are kept whole up to this, or twice what the schema allows: keys in databases stay possible. */
const textCharsMax = 500;
/** What a double says exactly. */
const digitsMax = 15;
const decimalPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)$/;
const anInstant = '2020-01-01T00:00:00Z';
/** Names that are no vendor's extension but an attack on JavaScript. */
const poisonNames: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** An integer beyond what a double holds came with digits that are gone: one card's number would be another's. */
export const textOfNumber: Mend = (value) => {
  const isExact = typeof value === 'number' && (!Number.isInteger(value) || Number.isSafeInteger(value));
  return isExact || typeof value === 'boolean' ? { kind: 'as', value: String(value) } : undefined;
};

/** A vendor's data is a text that may well be JSON. */
export const textOfObject: Mend = (value) =>
  typeof value === 'object' && value !== null ? { kind: 'as', value: JSON.stringify(value) } : undefined;

/** Only where the number is exactly what the text says. */
export const numberOfText: Mend = (value, violation) => {
  const number = exactNumber(value);
  if (number === undefined || (violation.params?.['type'] === 'integer' && !Number.isSafeInteger(number)))
    return undefined;
  return { kind: 'as', value: number };
};

/** Registers with a fraction of a Wh, or more than an integer: amounts.ts reads them exactly as they were said. */
export const fractionKept: Mend = (value) => {
  const number = typeof value === 'number' ? value : exactNumber(value);
  if (number === undefined) return undefined;
  return { kind: 'shown', value: Math.round(number) };
};

/** An id that is no integer is kept as it was said. */
export const idKept: Mend = (value) =>
  typeof value === 'number' || (typeof value === 'string' && value !== '' && value.length <= textCharsMax)
    ? { kind: 'shown', value: -1 }
    : undefined;

/** NaN, "--", "n/a": a value that is no number is kept as text. */
export const noNumberKept: Mend = (value) =>
  typeof value === 'string' && value !== '' && value.length <= textCharsMax ? { kind: 'shown', value: 0 } : undefined;

export const booleanOfText: Mend = (value) => {
  if (value === 1 || value === 0) return { kind: 'as', value: value === 1 };
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  return word === 'true' || word === 'false' ? { kind: 'as', value: word === 'true' } : undefined;
};

export const listOfOne: Mend = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { kind: 'as', value: [value] } : undefined;

/** How some languages write an object that holds nothing. */
export const isEmptyObject = (value: unknown): boolean => value === '' || (Array.isArray(value) && value.length === 0);

export const emptyObject: Mend = (value) => (isEmptyObject(value) ? { kind: 'as', value: {} } : undefined);

export const nullDropped: Mend = (value) => (value === null ? { kind: 'dropped' } : undefined);

export const emptyDropped: Mend = (value) =>
  value === '' || (Array.isArray(value) && value.length === 0) ? { kind: 'dropped' } : undefined;

export const tooLongKept: Mend = (value, violation) => {
  const limit = violation.params?.['limit'];
  if (typeof value !== 'string' || typeof limit !== 'number' || value.length <= limit) return undefined;
  if (value.length > Math.max(textCharsMax, 2 * limit)) return undefined;
  return { kind: 'shown', value: value.slice(0, limit) };
};

/** The same word in other letters: `available`, `sample.periodic`, `Suspended EV`. */
export const spelling: Mend = (value, violation) => {
  if (typeof value !== 'string') return undefined;
  const allowed = wordsOf(violation);
  if (allowed.includes(value)) return undefined;
  const alike = allowed.filter((word) => plain(word) === plain(value));
  return alike.length === 1 ? { kind: 'as', value: alike[0] } : undefined;
};

/** A word that this version does not know: kept as said, folds read words as texts. */
export const wordKept: Mend = (value, violation) => {
  const allowed = wordsOf(violation);
  if (typeof value !== 'string' || value === '' || value.length > textCharsMax || allowed.includes(value))
    return undefined;
  return { kind: 'shown', value: allowed[0] };
};

/** A vendor's word for one of OCPP's. */
export function wordMeans(words: Readonly<Record<string, string>>): Mend {
  return (value) =>
    typeof value === 'string' && Object.hasOwn(words, value) ? { kind: 'as', value: words[value] } : undefined;
}

/** No instant is invented: what cannot be read is null in the fact, and the gateway's clock stands in. */
export const timeKept: Mend = (value, violation) =>
  violation.params?.['format'] === 'date-time' && typeof value === 'string' && value.length <= timeCharsMax
    ? { kind: 'shown', value: anInstant }
    : undefined;

/** A vendor's extension that does not say whose it is. */
export const extensionKept: Mend = (value) =>
  typeof value === 'object' && value !== null ? { kind: 'hidden' } : undefined;

export const extraKept: Mend = (_value, violation) => {
  const name = violation.params?.['additionalProperty'];
  return typeof name === 'string' && !poisonNames.has(name) ? { kind: 'hidden' } : undefined;
};

/** An empty list that must not be empty: nothing was measured, and nothing is. The schema is shown one that it knows. */
export function emptyListKept(member: unknown): Mend {
  return (value) => (Array.isArray(value) && value.length === 0 ? { kind: 'shown', value: [member] } : undefined);
}

function exactNumber(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (!decimalPattern.test(text) || text.replaceAll(/\D/g, '').length > digitsMax) return undefined;
  return Number(text);
}

function wordsOf(violation: Violation): readonly string[] {
  const allowed = violation.params?.['allowedValues'];
  return Array.isArray(allowed) ? allowed.filter((word): word is string => typeof word === 'string') : [];
}

function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}
