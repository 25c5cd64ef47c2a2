// Lenient payloads: what broke its schema is mended by rules until it is valid, without losing what the station said.
import type { Guard, OcppVersion, Violation } from '#contracts/ocpp';
import type { Device } from '../models.ts';
import { exactPlaceOf, nameOfPlace, placeOfPointer, put, read, remove, spotsOf, type Place } from './places.ts';
import { fillOf } from './fills.ts';
import { isEmptyObject } from './mends.ts';
import { rulesFor, type Rule } from './rules.ts';
import { isTransactional, withTokenOfNobody } from './transactions.ts';

export type OddMessage = {
  readonly version: OcppVersion;
  readonly action: string;
  readonly payload: unknown;
  readonly violation: Violation;
  readonly guard: Guard;
  readonly device: Device;
};

export type Understood =
  /** `payload` is what handlers read; `lossy`: parts of the message were not readable, so that it is kept whole beside. */
  | {
      readonly kind: 'understood';
      readonly payload: object;
      readonly quirks: readonly string[];
      readonly lossy: boolean;
    }
  | {
      readonly kind: 'not-understood';
      readonly violation: Violation;
      readonly quirks: readonly string[];
      readonly lossy: false;
    };

/** Places that are mended in one message; one rule mends a place in all members of a list. */
const mendsMax = 24;
/** Unreadable parts that go one by one; after them goes all that they stand in: an end is told whatever its readings are. */
const partsMax = 8;

/** Two copies: what is shown to the schema, and what handlers get. They differ where words are kept as they were said. */
type Copies = { readonly shown: unknown; readonly kept: unknown };

export function understand(message: OddMessage): Understood {
  return isEmptyObject(message.payload) ? understandNothing(message) : understandPayload(message);
}

/** Some languages write an object that holds nothing as a list. */
function understandNothing(message: OddMessage): Understood {
  const violation = message.guard({});
  const quirks = ['empty-list-for-object'];
  return violation === undefined
    ? { kind: 'understood', payload: {}, quirks, lossy: false }
    : { kind: 'not-understood', violation, quirks, lossy: false };
}

function understandPayload(message: OddMessage): Understood {
  const { payload, guard } = message;
  const copies: Copies = { shown: structuredClone(payload), kept: structuredClone(payload) };
  const quirks = new Set<string>();
  let violation: Violation | undefined = message.violation;
  let parts = 0;
  for (let n = 0; n < mendsMax && violation !== undefined; n++) {
    const quirk = mended(message, copies, violation) ?? filled(message, copies, violation);
    if (quirk !== undefined) quirks.add(quirk);
    else if (isTransactional(message.version, message.action) && pruned(copies, violation, parts >= partsMax)) {
      quirks.add('unreadable-part');
      parts++;
    } else break;
    violation = guard(copies.shown);
  }
  const { kept } = copies;
  if (violation !== undefined || typeof kept !== 'object' || kept === null)
    return { kind: 'not-understood', violation: violation ?? message.violation, quirks: [...quirks], lossy: false };
  if (parts > 0) withTokenOfNobody(message, kept);
  return { kind: 'understood', payload: kept, quirks: [...quirks], lossy: parts > 0 };
}

/** Name of the first rule that could read the faulty value. */
function mended(message: OddMessage, copies: Copies, violation: Violation): string | undefined {
  const extra = violation.params?.['additionalProperty'];
  const holder = placeOfPointer(violation.path);
  const place = violation.keyword === 'additionalProperties' ? [...holder, String(extra)] : holder;
  for (const rule of rulesFor(message, violation, nameOfPlace(place)))
    if (isMended(rule, copies, { place, violation })) return rule.name;
  return undefined;
}

function isMended(
  { mend }: Rule,
  { shown, kept }: Copies,
  { place, violation }: { readonly place: Place; readonly violation: Violation },
): boolean {
  let isAnyMended = false;
  for (const spot of spotsOf(shown, place)) {
    const result = mend(read(spot), violation);
    if (result === undefined) continue;
    isAnyMended = true;
    if (result.kind === 'as' || result.kind === 'shown') put(spot, result.value);
    else remove(spot);
  }
  if (!isAnyMended) return false;
  for (const spot of spotsOf(kept, place)) {
    const result = mend(read(spot), violation);
    if (result?.kind === 'as') put(spot, result.value);
    else if (result?.kind === 'dropped') remove(spot);
  }
  return true;
}

/** A missing member without which a message still means what it means. */
function filled({ action }: OddMessage, { shown, kept }: Copies, violation: Violation): string | undefined {
  const member = violation.params?.['missingProperty'];
  if (violation.keyword !== 'required' || typeof member !== 'string') return undefined;
  const place = placeOfPointer(violation.path);
  const fill = fillOf(action, nameOfPlace([...place, member]));
  // A message that says nothing at all means nothing.
  if (fill === undefined || !isObject(shown) || !isObject(kept) || Object.keys(shown).length === 0) return undefined;
  fillIn(shown, place, { member, value: fill.shown });
  fillIn(kept, place, { member, value: fill.kept });
  return 'missing-member';
}

function fillIn(
  root: object,
  place: Place,
  { member, value }: { readonly member: string; readonly value: unknown },
): void {
  const holders = place.length === 0 ? [root] : spotsOf(root, place).map(read);
  for (const holder of holders)
    if (isObject(holder) && !Object.hasOwn(holder, member)) put({ holder, key: member }, value);
}

/** Takes out what cannot be read, or the whole member of the message that it stands in; false where that is the message itself. */
function pruned({ shown, kept }: Copies, violation: Violation, isWhole: boolean): boolean {
  const place = exactPlaceOf(violation.path).slice(0, isWhole ? 1 : undefined);
  const spots = spotsOf(shown, place);
  for (const spot of spots) remove(spot);
  for (const spot of spotsOf(kept, place)) remove(spot);
  return spots.length > 0;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
