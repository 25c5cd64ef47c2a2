// /internal/costs: what a transaction costs, asked by gateways for stations that show it; never reachable through the operator door.
import { costAnswer, costQuestion } from '#contracts/costs';
import type { HttpApi } from '#kit/http';
import { problems } from '#kit/http-schemas';
import type { BillingParts } from '../http.ts';

export function addCostRoute(api: HttpApi, parts: Pick<BillingParts, 'costs'>): void {
  api.post(
    '/internal/costs',
    { schema: { hide: true, body: costQuestion, response: { 200: costAnswer, ...problems } } },
    async ({ body }) => parts.costs.ask(body),
  );
}
