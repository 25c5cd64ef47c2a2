// Where an operator sends a station for a file: by a way that stations know, and never to the station itself or its modem.
import { BlockList, isIP } from 'node:net';
import type { CommandInput } from './api/command-schemas.ts';
import type { Violation } from './domain/wish.ts';

/** What OCPP knows of (2.x OCPPCommCtrlr.FileTransferProtocols); 1.6 stations often know FTP alone. */
const schemes: ReadonlySet<string> = new Set(['http:', 'https:', 'ftp:', 'ftps:', 'sftp:']);

const intentsWithLocation: ReadonlySet<string> = new Set(['UpdateFirmware', 'PublishFirmware', 'UploadLog']);

/** Of raw CALLs, where the URL stands in their payload. */
const placesInCalls: Readonly<Record<string, readonly string[]>> = {
  UpdateFirmware: ['location', 'firmware/location'],
  SignedUpdateFirmware: ['firmware/location'],
  PublishFirmware: ['location'],
  GetDiagnostics: ['location'],
  GetLog: ['log/remoteLocation'],
};

/**
 * The station fetches, not we: an address of a private network is where an operator's file server may well stand. What
 * means the station itself, its own link, or everybody is none: through it a station would be made to talk to its own
 * insides.
 */
const senseless = new BlockList();
senseless.addSubnet('0.0.0.0', 8, 'ipv4');
senseless.addSubnet('127.0.0.0', 8, 'ipv4');
senseless.addSubnet('169.254.0.0', 16, 'ipv4');
senseless.addSubnet('224.0.0.0', 4, 'ipv4');
senseless.addSubnet('240.0.0.0', 4, 'ipv4');
senseless.addAddress('::', 'ipv6');
senseless.addAddress('::1', 'ipv6');
senseless.addSubnet('fe80::', 10, 'ipv6');
senseless.addSubnet('ff00::', 8, 'ipv6');

/** What is wrong with the locations that a command names, each by its path. */
export function locationFaults({ intent, parameters }: Pick<CommandInput, 'intent' | 'parameters'>): Violation[] {
  if (intentsWithLocation.has(intent)) return faultAt('body/parameters', parameters, 'location');
  if (intent !== 'SendCall') return [];
  const { action, payload } = parameters;
  const places = typeof action === 'string' && Object.hasOwn(placesInCalls, action) ? placesInCalls[action] : undefined;
  return (places ?? []).flatMap((place) => faultAt('body/parameters/payload', payload, place));
}

function faultAt(within: string, holder: unknown, place: string): Violation[] {
  const value = place.split('/').reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), holder);
  // What is missing, or no text, is the schema's to refuse.
  const message = typeof value === 'string' ? faultOf(value) : undefined;
  return message === undefined ? [] : [{ path: `${within}/${place}`, message }];
}

function faultOf(location: string): string | undefined {
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(location)?.[0].toLowerCase() ?? '';
  if (!schemes.has(scheme)) return `must be a URL by ${[...schemes].map((known) => known.slice(0, -1)).join(', ')}`;
  // Only of the web's schemes is a host read as a browser reads it: 0x7f.1 is 127.0.0.1 there, and to many a station.
  const url = parsed(`http:${location.slice(scheme.length)}`);
  if (url === undefined) return 'is no URL with a host';
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (/^(?:.*\.)?localhost$/.test(host)) return toItself;
  const family = isIP(host);
  return family !== 0 && senseless.check(host, family === 4 ? 'ipv4' : 'ipv6') ? toItself : undefined;
}

const toItself = 'leads a station to itself, or to nobody';

function parsed(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
