// A report in parts, put together by requestId: late and repeated parts, requests that overlap, reports that never end.
import type { Told } from './standing.ts';

/** A report of which parts are missing. */
export type OpenReport<Item> = {
  readonly requestId: number | null;
  readonly startedAt: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly parts: readonly number[];
  /** Number of the last part; null: it did not come yet. */
  readonly lastPart: number | null;
  readonly items: readonly Item[];
  /** Of its items as JSON. */
  readonly chars: number;
};

export type Reports<Item> = {
  readonly open: readonly OpenReport<Item>[];
  /** Requests whose reports were finished last: a part of theirs that comes again begins nothing. */
  readonly finished: readonly (number | null)[];
};

export type Part<Item> = {
  readonly requestId: number | null;
  /** null: the protocol numbers no parts, they count as they come. */
  readonly part: number | null;
  /** null: there are no parts. */
  readonly last: boolean | null;
  readonly items: readonly Item[];
};

export const noReports: Reports<never> = { open: [], finished: [] };

/** A report of which nothing came for so long, by the times of the station's events, is over. */
export const openReportMs = 24 * 60 * 60_000;
const openMax = 4;
const finishedMax = 8;
const itemsMax = 2_000;
/** More than a report of a station has; one that goes on for longer never ends, and is given up. */
export const partsMax = 10_000;
export const reportCharsMax = 4_000_000;

/** The reports after a part, and what the part finished, if it did. */
export function takePart<Item>(
  reports: Reports<Item>,
  part: Part<Item>,
  told: Told,
): { readonly reports: Reports<Item>; readonly finished: readonly Item[] | null } {
  const fresh = reports.open.filter(({ startedAt }) => told.recordedAt - startedAt <= openReportMs);
  const begun = fresh.find(({ requestId }) => requestId === part.requestId);
  const isLate = begun === undefined && (part.part ?? 0) > 0 && reports.finished.includes(part.requestId);
  if (isLate) return { reports, finished: null };
  const report = withPart(begun ?? beginning(part, told), part, told);
  const others = fresh.filter((each) => each !== begun);
  if (report.parts.length > partsMax || report.chars > reportCharsMax) {
    return { reports: { open: others, finished: withId(reports.finished, report.requestId) }, finished: null };
  }
  if (!isWhole(report)) {
    return { reports: { ...reports, open: [...others, report].slice(-openMax) }, finished: null };
  }
  // A station reports in order: what said nothing since this report began will not go on.
  const open = others.filter(({ lastOffset }) => lastOffset > report.firstOffset);
  return { reports: { open, finished: withId(reports.finished, report.requestId) }, finished: report.items };
}

function withId(finished: Reports<never>['finished'], id: number | null): Reports<never>['finished'] {
  return [...finished.filter((each) => each !== id), id].slice(-finishedMax);
}

function beginning<Item>({ requestId }: Part<Item>, { recordedAt, offset }: Told): OpenReport<Item> {
  return {
    requestId,
    startedAt: recordedAt,
    firstOffset: offset,
    lastOffset: offset,
    parts: [],
    lastPart: null,
    items: [],
    chars: 0,
  };
}

function withPart<Item>(report: OpenReport<Item>, part: Part<Item>, told: Told): OpenReport<Item> {
  const number = part.part ?? report.parts.length;
  if (report.parts.includes(number)) return report;
  return {
    ...report,
    lastOffset: told.offset,
    parts: [...report.parts, number],
    lastPart: part.last === false ? report.lastPart : number,
    items: [...report.items, ...part.items].slice(0, itemsMax),
    chars: report.chars + (part.items.length === 0 ? 0 : JSON.stringify(part.items).length),
  };
}

function isWhole({ parts, lastPart }: OpenReport<unknown>): boolean {
  // Parts are numbered from 0 and each counts once.
  return lastPart !== null && parts.filter((number) => number >= 0 && number <= lastPart).length === lastPart + 1;
}
