// Reads fields of a payload that came from outside: undefined where the field is absent or of another type.

export function fieldOf(payload: unknown, name: string): unknown {
  if (typeof payload !== 'object' || payload === null || !Object.hasOwn(payload, name)) return undefined;
  return (payload as Readonly<Record<string, unknown>>)[name];
}

export function textOf(payload: unknown, name: string): string | undefined {
  const value = fieldOf(payload, name);
  return typeof value === 'string' ? value : undefined;
}

export function integerOf(payload: unknown, name: string): number | undefined {
  const value = fieldOf(payload, name);
  return Number.isSafeInteger(value) ? (value as number) : undefined;
}

export function listOf(payload: unknown, name: string): readonly unknown[] {
  const value = fieldOf(payload, name);
  return Array.isArray(value) ? (value as unknown[]) : [];
}

export function isoOf(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** The answer to a boot has the same shape in all versions. */
export function bootAnswerOf(
  payload: unknown,
): { status: 'Accepted' | 'Pending' | 'Rejected'; intervalSeconds: number } | undefined {
  const status = textOf(payload, 'status');
  if (status !== 'Accepted' && status !== 'Pending' && status !== 'Rejected') return undefined;
  return { status, intervalSeconds: integerOf(payload, 'interval') ?? 0 };
}
