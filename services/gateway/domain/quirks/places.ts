// Where in a payload something is: JSON pointers of the validator, with any index of a list meaning all of its members.

/** Names and indices from the root; `every` stands for each member of a list. */
export type Place = readonly (string | typeof every)[];
export const every = Symbol('every');

/** One occurrence of a place: the object or list that holds it, and its name there. */
export type Spot = { readonly holder: object; readonly key: string };

/** `/meterValue/3/sampledValue/0/value` as the same place in all meter values. */
export function placeOfPointer(pointer: string, isOfAll = true): Place {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((token) => (isOfAll && /^\d+$/.test(token) ? every : token.replaceAll('~1', '/').replaceAll('~0', '~')));
}

/** Exactly that member of each list. */
export function exactPlaceOf(pointer: string): Place {
  return placeOfPointer(pointer, false);
}

// `/meterValue/*/sampledValue`, as rules name places.
export function nameOfPlace(place: Place): string {
  return place.map((token) => (token === every ? '/*' : `/${token}`)).join('');
}

/** All occurrences of a place, last first, so that removing one moves none that is still to come. */
export function spotsOf(root: unknown, place: Place): Spot[] {
  const last = place.at(-1);
  if (last === undefined) return [];
  let holders: object[] = isHolder(root) ? [root] : [];
  for (const token of place.slice(0, -1))
    holders = holders.flatMap((holder) => keysOf(holder, token).map((key) => read({ holder, key }))).filter(isHolder);
  return holders.flatMap((holder) => keysOf(holder, last).map((key) => ({ holder, key }))).reverse();
}

export function read({ holder, key }: Spot): unknown {
  return Object.hasOwn(holder, key) ? (holder as Record<string, unknown>)[key] : undefined;
}

export function put({ holder, key }: Spot, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, writable: true, configurable: true });
}

export function remove({ holder, key }: Spot): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else Reflect.deleteProperty(holder, key);
}

function keysOf(holder: object, token: string | typeof every): string[] {
  if (token === every) return Array.isArray(holder) ? Object.keys(holder) : [];
  return Object.hasOwn(holder, token) ? [token] : [];
}

function isHolder(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
