// All cases of 2.0.1 from D on.
import type { OcttCase } from '../octt-case.ts';
import { localLists201 } from './201-d.ts';
import { starts201 } from './201-e-start.ts';
import { stops201 } from './201-e-stop.ts';
import { remote201 } from './201-f.ts';
import { availability201 } from './201-g.ts';
import { reservations201 } from './201-h.ts';
import { costs201 } from './201-i.ts';
import { meters201 } from './201-j.ts';
import { negotiations201 } from './201-k-negotiated.ts';
import { profileReports201 } from './201-k-report.ts';
import { profiles201 } from './201-k.ts';
import { firmware201 } from './201-l.ts';
import { certificates201 } from './201-m.ts';
import { logs201 } from './201-n-logs.ts';
import { monitors201 } from './201-n-monitors.ts';
import { displays201 } from './201-o.ts';
import { vendors201 } from './201-p.ts';

export const dToP201: readonly OcttCase[] = [
  ...localLists201,
  ...starts201,
  ...stops201,
  ...remote201,
  ...availability201,
  ...reservations201,
  ...costs201,
  ...meters201,
  ...profiles201,
  ...profileReports201,
  ...negotiations201,
  ...firmware201,
  ...certificates201,
  ...logs201,
  ...monitors201,
  ...displays201,
  ...vendors201,
];
