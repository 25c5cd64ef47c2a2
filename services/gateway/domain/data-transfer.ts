// DataTransfer of all versions: kept whole; which vendors and messages are known is data.
import type { Row } from './action.ts';
import { recordMessage } from './recorded.ts';

/** A vendor's message that an installation knows, and what it is answered. */
export type VendorMessage = {
  readonly vendorId: string;
  /** null: every tenant */
  readonly tenantId: string | null;
  /** null: every message of the vendor */
  readonly messageId: string | null;
  readonly reply: { readonly status: 'Accepted' | 'Rejected'; readonly data?: string };
};

type Transfer = { readonly vendorId: string; readonly messageId?: string; readonly data?: unknown };

/** None yet: an extension is agreed with a vendor, never guessed. */
export const vendorMessages: readonly VendorMessage[] = [];

export function dataTransfer(known: readonly VendorMessage[]): Row<Transfer> {
  return {
    handle(request, context) {
      const ofVendor = known.filter(
        ({ vendorId, tenantId }) =>
          vendorId === request.vendorId && (tenantId === null || tenantId === context.tenantId),
      );
      const message = ofVendor.find(({ messageId }) => messageId === null || messageId === request.messageId);
      const unknown = { status: ofVendor.length === 0 ? 'UnknownVendorId' : 'UnknownMessageId' };
      const kept = { ...request, ...(request.data === undefined ? {} : { data: opened(request.data) }) };
      return {
        ...recordMessage('DataTransfer', kept, message?.reply ?? unknown, context),
        reply: message?.reply ?? unknown,
      };
    },
  };
}

/** JSON in a string is kept as JSON, so that the driver ids in it are seen and redacted like any others. */
function opened(data: unknown): unknown {
  if (typeof data !== 'string' || !/^\s*[[{]/.test(data)) return data;
  try {
    return JSON.parse(data) as unknown;
  } catch {
    return data;
  }
}
