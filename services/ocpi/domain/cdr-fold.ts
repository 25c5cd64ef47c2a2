// Folds charging.cdrs into the CDRs that partners read: the first one of a session is its CDR for ever.
import type { CdrIssued } from '#contracts/generated/types';
import { createdBy, type Created } from './created.ts';

type Position = { readonly partition: number; readonly offset: number };

/** `issued` is null where the row stands already: a CDR never changes, so nothing of it is read again. */
export type CdrView = { readonly issued: IssuedCdr | null };
export type IssuedCdr = { readonly created: Created; readonly cdr: CdrIssued };

export const cdrFold = {
  CdrIssued(state: CdrView | undefined, cdr: CdrIssued, at: Position): { readonly state: CdrView } {
    return { state: state ?? { issued: { created: createdBy(cdr.issuedAt, at), cdr } } };
  },
};
