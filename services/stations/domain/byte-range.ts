// Which bytes a client asks for (RFC 9110 section 14): one range; what asks for several gets the whole.

/** Both ends included. unsatisfiable: 416; whole: no range that we know, or the file changed. */
export type Asked =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly first: number; readonly last: number }
  | { readonly kind: 'unsatisfiable' };

const oneRange = /^bytes=(\d{0,15})-(\d{0,15})$/;

/** @param ifRange of the request's header: what the client has a part of. */
export function rangeOf(
  header: string | undefined,
  file: { readonly bytes: number; readonly tag: string },
  ifRange: string | undefined,
): Asked {
  if (header === undefined || (ifRange !== undefined && ifRange !== file.tag)) return { kind: 'whole' };
  const [, from, to] = oneRange.exec(header.replaceAll(' ', '')) ?? [];
  if (from === undefined || to === undefined || from + to === '') return { kind: 'whole' };
  const last = file.bytes - 1;
  return from === '' ? suffixOf(Number(to), last) : between(Number(from), to === '' ? last : Number(to), last);
}

function between(first: number, asked: number, last: number): Asked {
  if (first > last) return { kind: 'unsatisfiable' };
  // A range that ends before it begins is none.
  return asked < first ? { kind: 'whole' } : { kind: 'part', first, last: Math.min(asked, last) };
}

function suffixOf(bytes: number, last: number): Asked {
  if (bytes === 0 || last < 0) return { kind: 'unsatisfiable' };
  return { kind: 'part', first: Math.max(0, last - bytes + 1), last };
}
