// All cases by version.
import { profiles16 } from './cases/16-charging-profiles.ts';
import { configuration16 } from './cases/16-configuration.ts';
import { core16 } from './cases/16-core.ts';
import { firmware16 } from './cases/16-firmware.ts';
import { remote16 } from './cases/16-remote.ts';
import { reservation16 } from './cases/16-reservation.ts';
import { security16 } from './cases/16-security.ts';
import { security201 } from './cases/201-a.ts';
import { provisioning201 } from './cases/201-b.ts';
import { authorization201 } from './cases/201-c.ts';
import { dToP201 } from './cases/201-d-to-p.ts';
import type { OcttCase, OcttVersion } from './octt-case.ts';

export const allCases: Readonly<Record<OcttVersion, readonly OcttCase[]>> = {
  '1.6': [...core16, ...remote16, ...configuration16, ...firmware16, ...reservation16, ...profiles16, ...security16],
  '2.0.1': [...security201, ...provisioning201, ...authorization201, ...dToP201],
};
