// Every case of every version and direction.
import type { AllCases } from './case.ts';
import { received16 } from './received-16.ts';

export const allCases: AllCases = {
  received: { '1.6': received16, '2.0.1': {}, '2.1': {} },
  sent: { '1.6': {}, '2.0.1': {}, '2.1': {} },
};
