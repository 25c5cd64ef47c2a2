// What an upgrade established of the station that is let in.
import type { StationRegistered } from '#contracts/generated/types';
import type { ClientCertificate } from './domain/client-certificate.ts';
import type { Dialect } from './parts.ts';

export type Admitted = {
  readonly tenantId: string;
  readonly stationId: string;
  readonly station: StationRegistered;
  readonly dialect: Dialect;
  readonly subprotocol: string;
  readonly remoteAddress: string;
  /** By which it arrived; a station may have been raised above what is registered a moment ago. */
  readonly securityProfile: number;
  /** What it proved itself with, at profile 3. */
  readonly certificate: ClientCertificate | null;
};
