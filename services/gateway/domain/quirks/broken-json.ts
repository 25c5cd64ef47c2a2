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
 * 1. A missing value is null, and so are None and undefined. 2. A comma too many goes. 3. NaN and Infinity, in any letters,
 * are texts. 4. Numbers as `.5`, `5.` and `007` get their usual form. 5. Names without quotes get them. 6. Control
 * characters in strings are escaped, outside they go; what a backslash escapes that needs none is kept with it. 7. Brackets
 * that a last whole value leaves open are closed.
 */
function setRight(text: string): string {
  let result = '';
  let outside = '';
  const open: string[] = [];
  for (let n = 0; n < text.length; n++) {
    if (text[n] !== '"') {
      outside += text[n] ?? '';
      continue;
    }
    const end = endOfString(text, n);
    // A text that breaks off within a string says not even that whole.
    if (end === undefined) return text;
    const right = rightOutside(outside);
    noteBrackets(right, open);
    result += right + rightString(text.slice(n, end + 1));
    outside = '';
    n = end;
  }
  const last = rightOutside(outside).trimEnd();
  noteBrackets(last, open);
  return closed(result + last, open);
}

const closers: Readonly<Record<string, string>> = { '[': ']', '{': '}' };

function noteBrackets(outside: string, open: string[]): void {
  for (const character of outside)
    if (character === '[' || character === '{') open.push(character);
    else if (character === ']' || character === '}') open.pop();
}

/** A number may have been cut in the middle: then nothing is closed. */
function closed(text: string, open: readonly string[]): string {
  if (!/["\]}]$/.test(text)) return text;
  return (
    text +
    open
      .toReversed()
      .map((bracket) => closers[bracket])
      .join('')
  );
}

function rightOutside(text: string): string {
  // Single spaces first, so that no pattern looks far: a hostile frame must not cost more than a long one.
  return text
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .replaceAll(/(?<![\w.])(?:none|nil|undefined)(?![\w.])/gi, 'null')
    .replaceAll(/(?<![\w.])(?:true|false|null)(?![\w.])/gi, (word) => word.toLowerCase())
    .replaceAll(/(?<=[{,] ?)([A-Za-z_]\w*)(?= ?:)/g, '"$1"')
    .replaceAll(/:(?= ?[,}\]])/g, ':null')
    .replaceAll(/,(?= ?[,}\]])/g, '')
    .replaceAll(/(?<=[[{] ?),/g, '')
    .replaceAll(/(?<![\w."])([+-]?(?:nan|inf(?:inity)?))(?![\w."])/gi, '"$1"')
    .replaceAll(/(?<![\w.])\+(?=[\d.])/g, '')
    .replaceAll(/(?<![\w.])(-?)0+(?=\d)/g, '$1')
    .replaceAll(/(?<![\w.])\.(?=\d)/g, '0.')
    .replaceAll(/(?<=\d)\.(?!\d)/g, '');
}

function rightString(text: string): string {
  return text
    .replaceAll(/\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})?/g, (escape) => (escape === '\\' ? '\\\\' : escape))
    .replaceAll(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
}

function endOfString(text: string, start: number): number | undefined {
  for (let n = start + 1; n < text.length; n++) {
    if (text[n] === '\\') n++;
    else if (text[n] === '"') return n;
  }
  return undefined;
}

function unescaped(id: string): string {
  return JSON.parse(`"${id}"`) as string;
}
