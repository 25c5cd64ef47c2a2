// Starts the process of bulk jobs over the way that every command takes.
import type { Lifecycle } from '#kit/lifecycle';
import type { Database } from '#kit/postgres';
import { requestCommand, type RequestParts } from '../request-command.ts';
import { BulkRunner, type BulkRunnerOptions, type Requested } from './runner.ts';

export type BulkOptions = Pick<BulkRunnerOptions, 'logger' | 'tickMs' | 'leads' | 'sessions'> & {
  readonly lifecycle: Lifecycle;
  readonly requests: RequestParts & { readonly database: Database };
};

/** What may be different a little later; else the station will never take it. */
const passing: ReadonlySet<number> = new Set([429, 503, 507]);

export function startBulkJobs({ lifecycle, requests, ...options }: BulkOptions): BulkRunner {
  const { database, now, presence } = requests;
  const request: BulkRunnerOptions['request'] = async (
    { tenantId, stationId, createdBy },
    input,
  ): Promise<Requested> => {
    const caller = { tenantId, actor: createdBy, role: 'operator' } as const;
    const taken = await requestCommand(requests, { caller, stationId, input });
    if (taken.kind !== 'refused') return 'taken';
    const { status, title, detail } = taken.problem;
    return { why: detail === undefined ? title : `${title}: ${detail}`, isFinal: !passing.has(status) };
  };
  return lifecycle.add('bulk jobs', new BulkRunner({ ...options, database, presence, now, request }));
}
