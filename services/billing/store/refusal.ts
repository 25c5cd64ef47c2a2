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

/** Thrown inside a transaction that must be rolled back; the edge turns it into its refusal. */
export class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Omit<Refusal, 'kind'>) {
    super(refusal.title);
    this.refusal = { kind: 'refused', ...refusal };
  }
}

export function notFound(noun: string, id: string): Refused {
  return new Refused({ status: 404, title: `There is no such ${noun}`, detail: id });
}

export function invalid(violations: readonly Violation[], status: 400 | 422 = 400): Refused {
  return new Refused({
    status,
    title: 'The request is not valid',
    violations: violations.map(({ path, message }) => ({ path: path === '' ? 'body' : `body/${path}`, message })),
  });
}

export function stale(current: number, status: 409 | 412): Refused {
  return new Refused({
    status,
    title: 'Somebody else changed it meanwhile',
    detail: `the current version is ${current}`,
  });
}

/** The refusal that a constraint of the schema means; undefined where the error is none of an operator's making. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refused) return error.refusal;
  const state = sqlStateOf(error);
  const constraint = error instanceof Error && 'constraint' in error ? String(error.constraint) : '';
  if (state === '23505' && constraint === 'one_tariff_per_place')
    return { kind: 'refused', status: 409, title: 'This place has a tariff already', detail: 'change that assignment' };
  if (state !== '23503' || constraint !== 'assignment_tariff') return undefined;
  const message = error instanceof Error ? error.message : '';
  return message.startsWith('update or delete')
    ? { kind: 'refused', status: 409, title: 'It is still in use', detail: 'places are assigned to it' }
    : {
        kind: 'refused',
        status: 422,
        title: 'The request names something that does not exist',
        violations: [{ path: 'body/tariffId', message: 'there is no such tariff' }],
      };
}
