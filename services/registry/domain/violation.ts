// What is wrong with an operator's input beyond its shape, each named by its path.

export type Violation = { readonly path: string; readonly message: string };

/** The values that occur more than once, by the index of their second occurrence. */
export function repeated<T>(values: readonly T[]): number[] {
  const seen = new Set<T>();
  return values.flatMap((value, index) => {
    if (seen.has(value)) return [index];
    seen.add(value);
    return [];
  });
}
