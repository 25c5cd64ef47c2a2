// Whether a request for a job repeats one: its key names the job, and what was asked for must be the same.
import { isDeepStrictEqual } from 'node:util';
import { formatUuid, uuidV8 } from '#contracts/keys';
import type { Problem } from '#kit/http';
import { shownParameters, type RefOf } from '../domain/shown-parameters.ts';
import type { Job, JobKind, JobTerms } from './jobs.ts';

/** As of commands (request-command.ts): the same key with another request is refused. */
export const otherRequest: Problem = {
  status: 409,
  title: 'The idempotency key stands for another request',
  detail: 'Take a new key for a new job; the same key only repeats the same request.',
};

export function jobIdOf(tenantId: string, kind: JobKind, idempotencyKey: string): string {
  return formatUuid(uuidV8(['bulk', tenantId, kind, idempotencyKey]));
}

/** What follows from a request at some time is left out of both: the waves of the stations it selected then. */
export type AskedTerms = Omit<JobTerms, 'waves'>;

/** A job that is over has drivers' tokens by their pseudonyms alone, as whoever repeats its request has not. */
export function isRepeated({ tenantId, terms: known }: Job, asked: AskedTerms, refOf: RefOf): boolean {
  const shown = (parameters: AskedTerms['parameters']) => shownParameters(tenantId, parameters, refOf);
  const wanted = comparable(asked, shown(asked.parameters));
  return (
    isDeepStrictEqual(comparable(known, shown(known.parameters)), wanted) ||
    isDeepStrictEqual(comparable(known, known.parameters), wanted)
  );
}

/** As JSON keeps it; when a campaign was checked is said anew at each station. */
function comparable(terms: AskedTerms, parameters: Readonly<Record<string, unknown>>): unknown {
  const told = terms.campaign === null ? parameters : { ...parameters, retrieveAt: '' };
  return JSON.parse(JSON.stringify({ ...terms, parameters: told, waves: [] }));
}
