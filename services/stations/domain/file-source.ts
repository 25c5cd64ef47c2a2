// Where a command's file comes from or goes to: a location that the operator names, or a link that we make.
import type { Violation } from './wish.ts';

export type FileSource =
  /** It is about no file, or its location is named. */
  | { readonly kind: 'none' }
  | { readonly kind: 'file'; readonly fileId: string; readonly beginsAtMs: number }
  | { readonly kind: 'upload'; readonly beginsAtMs: number }
  | { readonly kind: 'faulty'; readonly violations: readonly Violation[] };

const downloads: ReadonlySet<string> = new Set(['UpdateFirmware', 'PublishFirmware']);

/** @param parameters as checked by the intent's schema */
export function sourceOf(intent: string, parameters: Readonly<Record<string, unknown>>): FileSource {
  const { location, fileId, retrieveAt } = parameters;
  if (intent === 'UploadLog') return location === undefined ? { kind: 'upload', beginsAtMs: 0 } : { kind: 'none' };
  if (!downloads.has(intent)) return { kind: 'none' };
  if (location !== undefined && fileId !== undefined) return faulty('fileId', 'a location is named already');
  if (location !== undefined) return { kind: 'none' };
  if (typeof fileId !== 'string') return faulty('location', 'is missing; a fileId would do, too');
  const beginsAtMs = typeof retrieveAt === 'string' ? Date.parse(retrieveAt) : 0;
  return { kind: 'file', fileId, beginsAtMs: Number.isNaN(beginsAtMs) ? 0 : beginsAtMs };
}

function faulty(field: string, message: string): FileSource {
  return { kind: 'faulty', violations: [{ path: `body/parameters/${field}`, message }] };
}
