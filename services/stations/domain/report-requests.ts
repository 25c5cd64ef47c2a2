// What we asked a station to report: it decides what a report, by not naming it, says to be gone.
import type { ReportRequested, VariablesReported } from '#contracts/generated/types';
import { noReports, takePart, type Reports } from './report-parts.ts';
import type { Told } from './standing.ts';

/** What was asked for; its criteria are those of the request, as OCPP 2.x writes them. */
export type ReportRequest = Pick<ReportRequested, 'requestId' | 'report' | 'isComplete' | 'criteriaJson'> & {
  readonly offset: number;
};

export type ReportRequests = {
  /** The latest, the newest last. */
  readonly asked: readonly ReportRequest[];
  /** Parts of full inventories; what they hold is news of its own, here only their numbers count. */
  readonly inventories: Reports<never>;
};

export const askedMax = 8;
const none: ReportRequests = { asked: [], inventories: noReports };

export function requestsAfter(known: ReportRequests | null, event: ReportRequested, told: Told): ReportRequests {
  const { asked, inventories } = known ?? none;
  const { requestId, report, isComplete, criteriaJson } = event;
  const request = { requestId, report, isComplete, criteriaJson, offset: told.offset };
  const others = asked.filter((each) => each.requestId !== requestId || each.report !== report);
  if (report !== 'fullInventory') return { asked: [...others, request].slice(-askedMax), inventories };
  // A number that is used again begins a new report.
  const open = inventories.open.filter((each) => each.requestId !== requestId);
  const finished = inventories.finished.filter((each) => each !== requestId);
  return { asked: [...others, request].slice(-askedMax), inventories: { open, finished } };
}

/** What a report of this kind is a report of; undefined: nobody knows, so that it says of nothing that it is gone. */
export function requestOf(
  requests: ReportRequests | null,
  report: ReportRequested['report'],
  requestId: number | null,
): ReportRequest | undefined {
  return requests?.asked.findLast((each) => each.report === report && each.requestId === requestId);
}

/** Takes a part of a device model report in. `whole`: the request of which now all parts have come. */
export function inventoryPart(
  requests: ReportRequests,
  { requestId, part, last }: Pick<VariablesReported, 'requestId' | 'part' | 'last'>,
  told: Told,
): { readonly requests: ReportRequests; readonly whole: ReportRequest | undefined } {
  const request = requestOf(requests, 'fullInventory', requestId);
  if (request === undefined) return { requests, whole: undefined };
  const { reports, finished } = takePart(requests.inventories, { requestId, part, last, items: [] }, told);
  if (finished === null) return { requests: { ...requests, inventories: reports }, whole: undefined };
  const asked = requests.asked.filter((each) => each !== request);
  return { requests: { asked, inventories: reports }, whole: request };
}

/** The criteria of a request; none where it is complete. Gateways write them. */
export function criteriaOf<Criteria>({ criteriaJson }: ReportRequest): Partial<Criteria> {
  return criteriaJson === null ? {} : (JSON.parse(criteriaJson) as Partial<Criteria>);
}
