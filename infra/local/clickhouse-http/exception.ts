// What the real server throws: a code, its name and a sentence, with the HTTP status that belongs to the code.

/** An answer that is an error, in the terms of the ClickHouse protocol. */
export class ClickHouseException extends Error {
  readonly code: number;
  readonly type: string;

  constructor(code: number, type: string, message: string) {
    super(message);
    this.name = 'ClickHouseException';
    this.code = code;
    this.type = type;
  }

  /** The body of the answer, as clients parse it. */
  text(version: string): string {
    return `Code: ${this.code}. DB::Exception: ${this.message} (${this.type}) (version ${version})\n`;
  }
}

const prefix = /^Code: (\d+)\. DB::Exception: /;
const wrapped = /^([\s\S]*?) \(([A-Z][A-Z0-9_]+)\) \(version [^)]*\)/;
const plain = /^([\s\S]*) \(([A-Z][A-Z0-9_]+)\)\s*$/;

/** Reads what the engine threw: `Code: N. DB::Exception: … (NAME)`, which it sometimes wraps in itself. */
export function exceptionOf(error: unknown): ClickHouseException {
  if (error instanceof ClickHouseException) return error;
  let rest = error instanceof Error ? error.message : String(error);
  let code: number | undefined;
  let depth = 0;
  for (let match = prefix.exec(rest); match !== null; match = prefix.exec(rest)) {
    code = Number(match[1]);
    rest = rest.slice(match[0].length);
    depth += 1;
  }
  if (code === undefined) return new ClickHouseException(1001, 'STD_EXCEPTION', rest);
  const [, message = rest, type = 'UNKNOWN_EXCEPTION'] =
    (depth > 1 ? wrapped.exec(rest) : null) ?? plain.exec(rest) ?? [];
  return new ClickHouseException(code, type, message);
}

// exceptionCodeToHTTPStatus of ClickHouse; every other code is 500.
const codesOfStatus: ReadonlyMap<number, readonly number[]> = new Map([
  [400, [6, 8, 15, 25, 26, 27, 36, 37, 38, 41, 44, 53, 62, 72, 117, 123, 167, 168, 223, 321, 376, 427, 441, 675, 676]],
  [401, [194]],
  [403, [192, 193, 497, 512, 516]],
  [404, [46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 152, 336, 511]],
  [408, [159]],
  [411, [381]],
  [413, [229]],
  [415, [779]],
  [501, [48]],
  [503, [76, 209, 439]],
]);

const statusOfCode = new Map(
  [...codesOfStatus].flatMap(([status, codes]) => codes.map((code) => [code, status] as const)),
);

/** The HTTP status the real server answers with for a code. */
export function statusOf(exception: ClickHouseException): number {
  return statusOfCode.get(exception.code) ?? 500;
}
