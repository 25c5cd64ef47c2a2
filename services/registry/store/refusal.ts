// Why a write did not happen: an expected outcome, told to the operator as a problem.
import { sqlStateOf } from '#kit/postgres';
import type { Violation } from '../domain/violation.ts';

export type Refusal = {
  readonly kind: 'refused';
  readonly status: 400 | 404 | 409 | 412 | 422;
  readonly title: string;
  readonly detail?: string;
  readonly violations?: readonly Violation[];
};

export const notFound = (noun: string, id: string): Refusal => ({
  kind: 'refused',
  status: 404,
  title: `There is no such ${noun}`,
  detail: id,
});

export const exists = (noun: string, id: string): Refusal => ({
  kind: 'refused',
  status: 409,
  title: `This ${noun} exists already`,
  detail: id,
});

export const invalid = (violations: readonly Violation[]): Refusal => ({
  kind: 'refused',
  status: 400,
  title: 'The request is not valid',
  violations: violations.map(({ path, message }) => ({ path: path === '' ? 'body' : `body/${path}`, message })),
});

export const stale = (current: number, status: 409 | 412): Refusal => ({
  kind: 'refused',
  status,
  title: 'Somebody else changed it meanwhile',
  detail: `the current version is ${current}`,
});

export const unknownReference = (violation: Violation): Refusal => ({
  kind: 'refused',
  status: 422,
  title: 'The request names something that does not exist',
  violations: [{ ...violation, path: `body/${violation.path}` }],
});

/** Thrown inside a transaction that must be rolled back; the edge turns it into its refusal. */
export class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.title);
    this.refusal = refusal;
  }
}

const references: Readonly<Record<string, Violation>> = {
  location_party: { path: 'partyId', message: 'there is no such party' },
  station_location: { path: 'locationId', message: 'there is no such location' },
  station_template: { path: 'templateId', message: 'there is no such template' },
};

const rotationEnds = 'It ends with its command: see the newest rotation of the station.';

/** The refusal that a constraint of the schema means; undefined where the error is none of an operator's making. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refused) return error.refusal;
  const state = sqlStateOf(error);
  const constraint = error instanceof Error && 'constraint' in error ? String(error.constraint) : '';
  const message = error instanceof Error ? error.message : '';
  if (state === '23505' && constraint === 'one_rotation_at_a_time')
    return { kind: 'refused', status: 409, title: 'A password is on its way to this station', detail: rotationEnds };
  if (state === '23505' && constraint === 'public_evses_pkey')
    return { kind: 'refused', status: 409, title: 'An EVSE of another station has this publicId' };
  if (state !== '23503') return undefined;
  if (message.startsWith('update or delete'))
    return { kind: 'refused', status: 409, title: 'It is still in use', detail: usersOf(constraint) };
  const reference = references[constraint];
  return reference === undefined
    ? { kind: 'refused', status: 422, title: 'There is no such tenant' }
    : unknownReference(reference);
}

function usersOf(constraint: string): string {
  if (constraint === 'location_party') return 'locations name it';
  if (constraint === 'station_template') return 'stations are named after it';
  return constraint === 'station_location' ? 'stations stand there' : 'other things belong to it';
}
