// Further frames of the kinds that vendors are known for: given one, this is answered, this is the fact, this is told of it.
import assert from 'node:assert/strict';
import type { AnyRecord } from '#contracts/codec';
import type { OcppVersion } from '#contracts/ocpp';
import { oddStation, quirksOf } from './rig.ts';

export const at = '2026-11-25T10:00:00Z';
export const atMs = Date.UTC(2026, 10, 25, 10);

export type Variant = {
  readonly version?: OcppVersion;
  readonly vendor?: string;
  /** The whole text. */
  readonly frame: string;
  /** What follows the id in the answer; a text: the code of a CALLERROR. Absent: a CALLRESULT of whatever kind. */
  readonly answer?: object | string;
  /** The id that the answer names. */
  readonly id?: string;
  /** Members of the one fact of that type; null: there is none. */
  readonly fact: readonly [AnyRecord['type'], object | null];
  /** In any order. */
  readonly quirks: readonly string[];
};

/** Plays each at a station of its own. */
export async function play(variants: Readonly<Record<string, Variant>>): Promise<void> {
  for (const [name, variant] of Object.entries(variants)) await playOne(name, variant);
}

async function playOne(name: string, variant: Variant): Promise<void> {
  const { version = '1.6', vendor = 'V', frame, answer, id = '7', fact, quirks } = variant;
  const station = await oddStation(version, vendor);
  const { answer: told, facts } = await station.ask(frame);
  const [type, answeredId, rest] = told;
  assert.deepEqual([type, answeredId], [typeof answer === 'string' ? 4 : 3, id], `${name}: ${JSON.stringify(told)}`);
  if (answer !== undefined) assert.deepEqual(rest, answer, name);
  const [expectedType, members] = fact;
  const found = facts.filter((each) => each.type === expectedType);
  assert.equal(found.length, members === null ? 0 : 1, `${name}: ${facts.map((each) => each.type).join(', ')}`);
  for (const [member, value] of Object.entries(members ?? {}))
    assert.deepEqual(plain(found[0], member), value, `${name}: ${member}`);
  assert.deepEqual([...quirksOf(facts)].toSorted(), [...quirks].toSorted(), name);
}

/** Of readings what they say alone; of an event's envelope when it occurred. */
function plain(fact: AnyRecord | undefined, member: string): unknown {
  const members = { ...fact } as Readonly<Record<string, unknown>>;
  if (member === 'occurredAt') return (members['meta'] as { readonly occurredAt: number | null }).occurredAt;
  if (member !== 'readings') return members[member];
  return structuredClone(members['readings'] as readonly object[]).map((reading) =>
    Object.fromEntries(
      Object.entries(reading).filter(([name, value]) => name !== 'sampledAt' && name !== 'context' && isSaid(value)),
    ),
  );
}

function isSaid(value: unknown): boolean {
  return value !== null && !(Array.isArray(value) && value.length === 0);
}
