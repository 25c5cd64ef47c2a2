// Absent in JSON is null in Avro.

export function orNull<T>(value: T | undefined): T | null {
  return value ?? null;
}
