// The messages on a station's display: reported, set, cleared, and ended with their transaction.
import type { DisplayMessage, DisplayMessagesReported } from '#contracts/generated/types';
import { openInventory, reportedPart, withEntries, type Inventory } from './inventory.ts';
import { criteriaOf, requestOf, type ReportRequest, type ReportRequests } from './report-requests.ts';
import type { Told } from './standing.ts';

export type ShownMessage = DisplayMessage & { readonly reportedAt: number };
export type DisplayMessages = Inventory<ShownMessage>;

export function displayMessagesAfter(
  known: DisplayMessages | null,
  event: DisplayMessagesReported,
  told: Told,
  requests: ReportRequests | null,
): DisplayMessages | null {
  const inventory = openInventory(known, told);
  if (inventory === undefined) return known;
  const items = event.messages.map((message) => ({ ...message, reportedAt: told.at }));
  switch (event.change) {
    case 'report': {
      // A message goes by itself when its time is over: what was asked for and is not named is gone.
      const isGone = isAskedFor(requestOf(requests, 'displayMessages', event.requestId));
      return reportedPart(inventory, { ...event, items }, told, (entries, reported) =>
        reported.reduce(
          withMessage,
          entries.filter((entry) => !isGone(entry)),
        ),
      );
    }
    case 'set':
      return withEntries(inventory, items.reduce(withMessage, inventory.entries));
    case 'cleared': {
      const ids = new Set(items.map(({ messageId }) => messageId));
      return withEntries(
        inventory,
        inventory.entries.filter(({ messageId }) => !ids.has(messageId)),
      );
    }
    case 'unknown':
      return known;
  }
}

type Criteria = { readonly id: readonly number[]; readonly priority: string; readonly state: string };

/** Whether a request asks for a message: all criteria that it names fit (2.x O03). */
export function isAskedFor(request: ReportRequest | undefined): (entry: ShownMessage) => boolean {
  if (request === undefined) return () => false;
  const { id, priority, state } = criteriaOf<Criteria>(request);
  return (entry) =>
    (id === undefined || id.includes(entry.messageId)) &&
    (priority === undefined || priority === entry.priority) &&
    (state === undefined || state === entry.state);
}

/** A message for one transaction goes with it (2.x O02). */
export function withoutTransaction(known: DisplayMessages | null, endedId: string): DisplayMessages | null {
  if (known === null || !known.entries.some(({ transactionId }) => transactionId === endedId)) return known;
  return withEntries(
    known,
    known.entries.filter(({ transactionId }) => transactionId !== endedId),
  );
}

/** One of the same id is replaced (2.x O06). */
function withMessage(entries: readonly ShownMessage[], message: ShownMessage): readonly ShownMessage[] {
  return [...entries.filter(({ messageId }) => messageId !== message.messageId), message];
}
