// The messages on a station's display: reported, set, cleared, and ended with their transaction.
import type { DisplayMessage, DisplayMessagesReported } from '#contracts/generated/types';
import { openInventory, reportedPart, withEntries, type Inventory } from './inventory.ts';
import type { Told } from './standing.ts';

export type ShownMessage = DisplayMessage & { readonly reportedAt: number };
export type DisplayMessages = Inventory<ShownMessage>;

export function displayMessagesAfter(
  known: DisplayMessages | null,
  event: DisplayMessagesReported,
  told: Told,
): DisplayMessages | null {
  const inventory = openInventory(known, told);
  if (inventory === undefined) return known;
  const items = event.messages.map((message) => ({ ...message, reportedAt: told.at }));
  switch (event.change) {
    case 'report':
      // A message goes by itself when its time is over: what a report does not name is gone.
      return reportedPart(inventory, { ...event, items }, told, (_entries, reported) =>
        reported.reduce(withMessage, []),
      );
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
