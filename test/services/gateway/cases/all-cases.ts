// Every case of every version and direction.
import type { AllCases } from './case.ts';
import { received16 } from './received-16.ts';
import { received201 } from './received-201.ts';
import { received201Charging } from './received-201-charging.ts';
import { received201Device } from './received-201-device.ts';
import { received21 } from './received-21.ts';
import { sent16 } from './sent-16.ts';
import { sent16Device } from './sent-16-device.ts';
import { sent201 } from './sent-201.ts';
import { sent201Device } from './sent-201-device.ts';
import { sent201Files } from './sent-201-files.ts';
import { sent21 } from './sent-21.ts';

export const allCases: AllCases = {
  received: {
    '1.6': received16,
    '2.0.1': { ...received201, ...received201Charging, ...received201Device },
    '2.1': received21,
  },
  sent: {
    '1.6': { ...sent16, ...sent16Device },
    '2.0.1': { ...sent201, ...sent201Device, ...sent201Files },
    '2.1': { ...sent201, ...sent201Device, ...sent201Files, ...sent21 },
  },
};
