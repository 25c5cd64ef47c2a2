// The HTTP API of billing: all routes over one store; made without a server for tests and for the API document.
import { mayCall } from '#contracts/roles';
import type { Topic } from '#contracts/topics';
import type { LogWriter } from '#kit/event-log/types';
import { createHttp, problem, type HttpApi, type HttpOptions } from '#kit/http';
import { addProjectionRoutes } from '#kit/projection/routes';
import type { RunningProjection } from '#kit/projection/runner';
import { addAssignmentRoutes } from './api/assignments.ts';
import { addCdrRoutes } from './api/cdrs.ts';
import { addCostRoute } from './api/costs.ts';
import { addReviewRoutes } from './api/reviews.ts';
import { addTariffRoutes } from './api/tariffs.ts';
import type { Costs } from './costs.ts';
import type { Store } from './store/write.ts';

export type BillingParts = {
  readonly store: Store;
  readonly log: LogWriter;
  /** Where decisions go. */
  readonly topic: Topic;
  readonly folds: readonly RunningProjection[];
  /** Tells what transactions cost. */
  readonly costs: Pick<Costs, 'ask'>;
  /** Resolves when the tables hold all decisions appended before the call. */
  readToEnd(): Promise<void>;
};

export function billingHttp(parts: BillingParts, options: Omit<HttpOptions, 'service'>): HttpApi {
  const api = createHttp({ ...options, service: 'billing' });
  api.addHook('onRequest', async ({ caller, method, url }, reply) => {
    const path = url.split('?', 1)[0] ?? '';
    // The door asks the same; asked again here, a mistake there does not change prices.
    if (path.startsWith('/v1/') && !mayCall(caller.role, method, path))
      return problem(reply, { status: 403, title: 'The role of this key does not allow it' });
  });
  addBillingRoutes(api, parts);
  return api;
}

/** All routes; the API document is made of them without parts. */
export function addBillingRoutes(api: HttpApi, parts: BillingParts): void {
  addTariffRoutes(api, parts.store);
  addAssignmentRoutes(api, parts.store);
  addCdrRoutes(api, parts.store);
  addReviewRoutes(api, parts);
  addCostRoute(api, parts);
  addProjectionRoutes(api, parts.folds);
}
