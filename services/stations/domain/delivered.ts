// Which bytes of a file a station has: what was sent whole, and of what broke the part that it says it has by where it goes on.

/** Bytes from the first on to before the end. */
export type Span = readonly [first: number, end: number];

export type Delivered = {
  /** What went out whole, or was gone on behind: in order, apart from each other. */
  readonly whole: readonly Span[];
  /** What went out over lines that broke: some of it is lost, and nobody knows how much before the station goes on. */
  readonly broken: readonly Span[];
  /** All bytes that ever went out. */
  readonly sentBytes: number;
};

/** What was asked for, and how much of it left us. */
export type Part = {
  readonly first: number;
  readonly askedBytes: number;
  readonly sentBytes: number;
  readonly isFinished: boolean;
};

/** More parts, with gaps between them, are not remembered: a link that is read so lasts until its end by time. */
export const spansMax = 256;
/** Broken ones, the newest: a line that breaks so often goes on behind one of them. */
const brokenMax = 64;
/** A link that lets go out so many times its file is over: nobody reads by it for ever. */
export const timesMax = 10;
/** Of a small file: so often a line may break at its start. */
const bytesAtLeast = 1024 * 1024;

export const nothingDelivered: Delivered = { whole: [], broken: [], sentBytes: 0 };

/** What stands after one more part. They may be told in any order: a line that is gone is often noticed late. */
export function deliveredAfter(delivered: Delivered, part: Part): Delivered {
  const { first, askedBytes, isFinished } = part;
  const end = first + part.sentBytes;
  // Who goes on at the very end of what was asked for may read the parts of a file side by side, and have nothing of this one.
  const lost: Span[] = isFinished ? [] : [[first, Math.min(end, first + askedBytes - 1)]];
  const broken = [...delivered.broken, ...lost].slice(-brokenMax);
  const starts = [...delivered.whole, ...delivered.broken].map(([from]) => from).concat(first);
  return {
    whole: joined([
      ...delivered.whole,
      ...goneOnBehind(broken, starts),
      ...(isFinished ? [[first, end] as const] : []),
    ]),
    broken,
    sentBytes: delivered.sentBytes + part.sentBytes,
  };
}

/** Of a part that broke the station has what stands before the byte at which it went on. */
function goneOnBehind(broken: readonly Span[], starts: readonly number[]): Span[] {
  return broken.flatMap(([from, end]) =>
    starts.filter((start) => from < start && start <= end).map((start): Span => [from, start]),
  );
}

/** Every byte of the file went out, or ten times as many did. */
export function isOver({ whole, sentBytes }: Delivered, fileBytes: number): boolean {
  if (sentBytes >= timesMax * Math.max(fileBytes, bytesAtLeast)) return true;
  return fileBytes === 0 || whole.some(([first, end]) => first === 0 && end >= fileBytes);
}

/** In order; those that touch are one. */
function joined(spans: readonly Span[]): Span[] {
  const apart: Span[] = [];
  for (const span of spans.filter(([first, end]) => first < end).toSorted(([a], [b]) => a - b)) {
    const last = apart.at(-1);
    if (last === undefined || span[0] > last[1]) apart.push(span);
    else apart[apart.length - 1] = [last[0], Math.max(last[1], span[1])];
  }
  return apart.slice(0, spansMax);
}
