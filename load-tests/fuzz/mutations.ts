// How frames are spoiled: each mutation takes the text of a right frame and gives what goes over the wire instead.
import { type Random } from '#load-tests/fleet/random';
import { pick } from './sample.ts';

export type Wire = {
  readonly bytes: Uint8Array;
  readonly kind: 'text' | 'binary' | 'fragmented';
};

export type Frame = { readonly text: string; readonly other: string; readonly random: Random };
type Mutation = (frame: Frame) => string;

/** Texts in, texts out; by name, with how often each is drawn. */
const mutations: Readonly<Record<string, readonly [weight: number, mutate: Mutation]>> = {
  none: [12, ({ text }) => text],
  'one-value': [14, ({ text, random }) => onParsed(text, (frame) => replaceOne(frame, random))],
  'one-key': [8, ({ text, random }) => onParsed(text, (frame) => changeKey(frame, random))],
  'message-id': [6, ({ text, random }) => withMember(text, 1, pick(ids, random))],
  'message-type': [4, ({ text, random }) => withMember(text, 0, pick(types, random))],
  action: [5, ({ text, random }) => withMember(text, 2, pick(actions, random))],
  payload: [5, ({ text, random }) => withMember(text, 3, pick(payloads, random))],
  members: [3, ({ text, random }) => onParsed(text, (frame) => resized(frame, random))],
  truncated: [6, ({ text, random }) => text.slice(0, random.integer(0, text.length))],
  'flipped-bits': [6, ({ text, random }) => flipped(text, random)],
  'moved-bytes': [4, ({ text, random }) => moved(text, random)],
  spliced: [4, ({ text, other, random }) => cutAt(text, random, 0) + cutAt(other, random, 1)],
  repeated: [3, ({ text, random }) => text.repeat(random.integer(2, 4))],
  'duplicate-keys': [4, ({ text, random }) => inserted(text, '{', pick(duplicates, random))],
  prototype: [4, ({ text, random }) => inserted(text, '{', pick(prototypes, random))],
  'odd-numbers': [3, ({ text, random }) => text.replace(/-?\d+(\.\d+)?/, () => pick(numbers, random))],
  unicode: [4, ({ text, random }) => intoString(text, pick(oddTexts, random), random)],
  'white-space': [2, ({ text, random }) => pick(spaces, random) + text + pick(spaces, random)],
  'no-frame': [3, ({ random }) => pick(noFrames, random)],
  nested: [2, ({ text, random }) => nested(text, random)],
  'large-text': [1, ({ text, random }) => intoString(text, 'x'.repeat(random.integer(1_000, 60_000)), random)],
};

/** What no text can be: drawn rarely, since each ends its socket. */
const fatal: Readonly<Record<string, (frame: Frame) => Wire>> = {
  'too-large': ({ text }) => ({ bytes: Buffer.from(text.padEnd(257 * 1024, ' ')), kind: 'text' }),
  'not-utf-8': ({ text }) => ({ bytes: Buffer.concat([Buffer.from(text), Buffer.of(0xc3, 0x28)]), kind: 'text' }),
  binary: ({ text }) => ({ bytes: Buffer.from(text), kind: 'binary' }),
};
const fatalChance = 0.002;
const fragmentedChance = 0.03;

const totalWeight = Object.values(mutations).reduce((sum, [weight]) => sum + weight, 0);

export const mutationNames: readonly string[] = [...Object.keys(mutations), ...Object.keys(fatal)];

/** Draws a mutation and applies it. */
export function spoil(frame: Frame): { readonly name: string; readonly wire: Wire } {
  const { random } = frame;
  if (random.chance(fatalChance)) {
    const [name, make] = pick(Object.entries(fatal), random);
    return { name, wire: make(frame) };
  }
  const name = drawn(random);
  const text = mutations[name]?.[1](frame) ?? frame.text;
  // A lone surrogate has no UTF-8: it leaves as U+FFFD, as any station's library would send it.
  const bytes = Buffer.from(text);
  return { name, wire: { bytes, kind: bytes.length > 1 && random.chance(fragmentedChance) ? 'fragmented' : 'text' } };
}

function drawn(random: Random): string {
  let left = random.next() * totalWeight;
  for (const [name, [weight]] of Object.entries(mutations)) {
    left -= weight;
    if (left < 0) return name;
  }
  return 'none';
}

const longName = 'N'.repeat(3_000);
const ids: readonly unknown[] = [
  '',
  null,
  7,
  {},
  [],
  true,
  'x'.repeat(36),
  'x'.repeat(37),
  'x'.repeat(255),
  'x'.repeat(256),
  '__proto__',
  'constructor',
  '-1',
  '\u0000',
  'ключ-🔌',
  '\\"',
];
const types: readonly unknown[] = [0, 1, 3, 4, 5, 6, 7, -2, 2.5, 1e9, '2', null, [2], {}];
const actions: readonly unknown[] = [
  '',
  'heartbeat',
  'Heartbeat ',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  longName,
  null,
  3,
  {},
  'RemoteStartTransaction',
  'Nonsense',
  'Autorisieren-ü',
];
const payloads: readonly unknown[] = [null, [], 0, '', 'text', true, [{}], { '': '' }, { a: { b: { c: [] } } }];
const duplicates = ['"connectorId":0,', '"evseId":99,', '"status":"Available",', '"timestamp":"1970-01-01T00:00:00Z",'];
const prototypes = [
  '"__proto__":{"accepted":true,"status":"Accepted"},',
  '"constructor":{"prototype":{"accepted":true}},',
  '"toString":null,',
  '"hasOwnProperty":1,',
  '"then":"x",',
  '"toJSON":"x",',
];
const numbers = [
  '1e308',
  '-1e308',
  '1e999',
  '9'.repeat(400),
  '0.1e-400',
  '-0',
  '01',
  '1.',
  '+1',
  'NaN',
  '2147483648',
  '9007199254740993',
  '1E30',
];
const oddTexts = [
  '\u0000',
  String.raw`\u0000`,
  String.raw`\ud800`,
  '\u202e',
  '🔌'.repeat(50),
  'ﷺ'.repeat(60),
  "'; drop table sessions; --",
  '{{7*7}}',
  '<script>',
  '\ufeff',
  '%00%n%s',
  String.raw`\n\r`,
];
const spaces = ['', ' ', '\n', '\t\r\n', '\ufeff', ' '.repeat(5_000)];
const noFrames = [
  '',
  ' ',
  'null',
  '0',
  '""',
  '[]',
  '{}',
  '[[]]',
  '[2]',
  '[2,"a"]',
  '[3]',
  '[3,"never",{}]',
  '[3,"never"]',
  '[4,"never","GenericError","",{}]',
  '[5,"never","GenericError","",{}]',
  'GET / HTTP/1.1',
  '2',
  '[2,"a","Heartbeat",{}',
  '][',
];
const values: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1e308,
  1e30,
  2 ** 53,
  0.1 + 0.2,
  '',
  'x'.repeat(600),
  [],
  {},
  [[]],
  { a: 1 },
  'NaN',
  '1970-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '2026-11-26',
  '\u0000',
  ['a', 'b'],
];

type Json = unknown[] | Record<string, unknown>;

/** Of a text that is JSON, which the corpus is. */
function onParsed(text: string, change: (frame: unknown[]) => unknown): string {
  const parsed = JSON.parse(text) as unknown[];
  return JSON.stringify(change(parsed)) ?? text;
}

function withMember(text: string, index: number, member: unknown): string {
  return onParsed(text, (frame) => frame.with(Math.min(index, frame.length - 1), member));
}

function resized(frame: unknown[], random: Random): unknown[] {
  const length = random.integer(0, 7);
  return Array.from({ length }, (_, index) => (index < frame.length ? frame[index] : {}));
}

/** All objects and arrays below the payload, itself included. */
function containersOf(value: unknown): Json[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = value as Json;
  return [own, ...Object.values(own).flatMap((each) => containersOf(each))];
}

function replaceOne(frame: unknown[], random: Random): unknown[] {
  const containers = containersOf(frame.at(-1)).filter((each) => Object.keys(each).length > 0);
  if (containers.length === 0) return [...frame.slice(0, -1), pick(values, random)];
  const container = pick(containers, random) as Record<string, unknown>;
  container[pick(Object.keys(container), random)] = pick(values, random);
  return frame;
}

function changeKey(frame: unknown[], random: Random): unknown[] {
  const objects = containersOf(frame.at(-1)).filter((each) => !Array.isArray(each)) as Record<string, unknown>[];
  if (objects.length === 0) return frame;
  const object = pick(objects, random);
  const keys = Object.keys(object);
  const key = keys.length === 0 ? 'none' : pick(keys, random);
  const change = random.integer(0, 3);
  if (change === 0) delete object[key];
  if (change === 1) object[`${key}2`] = pick(values, random);
  if (change === 2) object[key.toUpperCase()] = object[key];
  if (change === 3) object[pick(['customData', 'x', longName, '1', ' ', '__proto__'], random)] = pick(values, random);
  return frame;
}

function flipped(text: string, random: Random): string {
  const bytes = Buffer.from(text);
  for (let left = bytes.length === 0 ? 0 : random.integer(1, 6); left > 0; left--) {
    const at = random.integer(0, bytes.length - 1);
    const byte = bytes[at] ?? 0;
    // A bit of seven, so that it stays UTF-8.
    if (byte < 0x80) bytes[at] = byte ^ (1 << random.integer(0, 6));
  }
  return bytes.toString('utf8');
}

function moved(text: string, random: Random): string {
  const [from, to] = [random.integer(0, text.length), random.integer(0, text.length)].toSorted((a, b) => a - b);
  return text.slice(0, from) + text.slice(to) + text.slice(from, to);
}

function cutAt(text: string, random: Random, side: 0 | 1): string {
  const at = random.integer(0, text.length);
  return side === 0 ? text.slice(0, at) : text.slice(at);
}

/** Behind one of the marks. */
function inserted(text: string, mark: string, what: string): string {
  const at = text.indexOf(mark);
  if (at < 0) return text;
  const inside = text.slice(0, at + 1) + what + text.slice(at + 1);
  return inside.replace(/,\s*\}/, '}');
}

function intoString(text: string, what: string, random: Random): string {
  const quotes = [...text.matchAll(/"/g)].map(({ index }) => index);
  if (quotes.length === 0) return text;
  const at = pick(quotes, random);
  return text.slice(0, at + 1) + what + text.slice(at + 1);
}

function nested(text: string, random: Random): string {
  const depth = pick([20, 31, 32, 33, 500, 20_000], random);
  return onParsed(text, (frame) => frame.with(-1, '@@')).replace('"@@"', '['.repeat(depth) + ']'.repeat(depth));
}
