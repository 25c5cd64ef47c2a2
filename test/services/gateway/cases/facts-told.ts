// Facts as they were appended against those that a case expects.
import assert from 'node:assert/strict';
import type { ExpectedEvent } from './case.ts';

/** The same types in the same order; of each the fields that the case is about. */
export function assertFacts(facts: readonly object[], expected: readonly ExpectedEvent[]): void {
  assert.deepEqual(
    facts.map((fact) => ('type' in fact ? fact.type : undefined)),
    expected.map(({ type }) => type),
  );
  for (const [n, wanted] of expected.entries()) {
    const fact = new Map(Object.entries(facts[n] ?? {}));
    const told = Object.fromEntries(Object.keys(wanted).map((name) => [name, plain(fact.get(name))]));
    assert.deepEqual(told, wanted);
  }
}

/** Without the prototypes of decoded records. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
}
