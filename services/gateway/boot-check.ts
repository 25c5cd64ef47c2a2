// A station that booted: is it the one whose certificate this connection showed?
import type { Connection } from './connection.ts';
import type { Handled } from './domain/action.ts';
import { bootIdentityFault } from './domain/boot-identity.ts';

/** True where the boot counts for nothing and the connection ends: 2.x (B01.FR.12). On 1.6 it is a security event alone. */
export function refusesBoot(connection: Connection, { events }: Handled): boolean {
  const { certificate, station, dialect, parts } = connection;
  if (certificate === null) return false;
  const booted = events.find((event) => event.type === 'StationBooted');
  if (booted?.type !== 'StationBooted') return false;
  const fault = bootIdentityFault(booted, station, certificate);
  if (fault === undefined) return false;
  parts.reports.report(connection, 'SerialNumberMismatch', fault);
  if (dialect.version === '1.6') return false;
  connection.end(1008, 'not the station of this certificate', 'serial-mismatch');
  return true;
}
