// All cases by version.
import { core16 } from './cases/16-core.ts';
import type { OcttCase, OcttVersion } from './octt-case.ts';

export const allCases: Readonly<Record<OcttVersion, readonly OcttCase[]>> = {
  '1.6': [...core16],
  '2.0.1': [],
};
