// CALLs that are not even JSON: what firmware breaks most often is set right outside of its strings, else id and action are read.

export type BrokenCall = { readonly id: string; readonly action: string; readonly text: string | undefined };

/** `[2,"id","Action",`: enough to answer, so that the station is not stuck with it. */
const callStart = /^\s*\[\s*2\s*,\s*"((?:[^"\\\p{Cc}]|\\["\\/bfnrt]){1,255})"\s*,\s*"([A-Za-z0-9]{1,64})"\s*,/u;

/** @returns the call's names and, of one not too long, a text that may be JSON; undefined where not even they can be read. */
export function readBrokenCall(text: string, charsMax: number): BrokenCall | undefined {
  const start = callStart.exec(text);
  const [, id, action] = start ?? [];
  if (id === undefined || action === undefined) return undefined;
  return { id: unescaped(id), action, text: text.length > charsMax ? undefined : setRight(text) };
}

/**
 * 1. A missing value is null. 2. A comma too many goes. 3. NaN and Infinity, in any letters, are texts. 4. Numbers as
 * `.5`, `5.` and `007` get their usual form. 5. Control characters in strings are escaped.
 */
function setRight(text: string): string {
  let result = '';
  let outside = '';
  for (let n = 0; n < text.length; n++) {
    if (text[n] !== '"') {
      outside += text[n] ?? '';
      continue;
    }
    const end = endOfString(text, n);
    result += rightOutside(outside) + rightString(text.slice(n, end + 1));
    outside = '';
    n = end;
  }
  return result + rightOutside(outside);
}

function rightOutside(text: string): string {
  // Single spaces first, so that no pattern looks far: a hostile frame must not cost more than a long one.
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/:(?= ?[,}\]])/g, ':null')
    .replaceAll(/,(?= ?[,}\]])/g, '')
    .replaceAll(/(?<=[[{] ?),/g, '')
    .replaceAll(/(?<![\w.])([+-]?(?:nan|inf(?:inity)?))(?![\w.])/gi, '"$1"')
    .replaceAll(/(?<![\w.])\+(?=[\d.])/g, '')
    .replaceAll(/(?<![\w.])(-?)0+(?=\d)/g, '$1')
    .replaceAll(/(?<![\w.])\.(?=\d)/g, '0.')
    .replaceAll(/(?<=\d)\.(?!\d)/g, '');
}

function rightString(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
}

function endOfString(text: string, start: number): number {
  for (let n = start + 1; n < text.length; n++) {
    if (text[n] === '\\') n++;
    else if (text[n] === '"') return n;
  }
  return text.length - 1;
}

function unescaped(id: string): string {
  return JSON.parse(`"${id}"`) as string;
}
