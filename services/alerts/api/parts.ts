// What the routes of this service stand on.
import type { Database } from '#kit/postgres';
import type { Seal } from '#kit/sealed';
import type { OutageLog } from '../outage-log.ts';

export type AlertParts = {
  readonly database: Database;
  readonly seal: Seal;
  readonly outages: OutageLog;
  readonly insecureHosts: readonly string[];
  now(): number;
};
