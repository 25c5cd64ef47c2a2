// A raw CALL before it is taken: is it one of the station's version, and valid by its schema?
import { callsOf, versionOfSubprotocol } from '#contracts/calls';
import { guardOf, type OcppVersion } from '#contracts/ocpp';
import type { Problem } from '#kit/http';
import type { Violation } from './domain/wish.ts';

/** Why a raw CALL is refused; undefined where it may be sent. @param subprotocol what the station spoke last, if ever. */
export function rawCallFault(parameters: object, subprotocol: string | undefined): Problem | undefined {
  const version = subprotocol === undefined ? undefined : versionOfSubprotocol(subprotocol);
  if (version === undefined) {
    const detail =
      'The station never connected: which OCPP version it speaks is not known yet, so no CALL can be checked.';
    return { status: 409, title: 'The OCPP version of the station is not known', detail };
  }
  const violation = violationOf(version, parameters as { action: string; payload: unknown });
  if (violation === undefined) return undefined;
  return { status: 400, title: `Not a valid CALL of OCPP ${version}`, violations: [violation] };
}

function violationOf(
  version: OcppVersion,
  { action, payload }: { action: string; payload: unknown },
): Violation | undefined {
  if (!callsOf(version).has(action)) {
    const message = `OCPP ${version} sends stations no ${action}; it knows ${[...callsOf(version)].join(', ')}`;
    return { path: 'body/parameters/action', message };
  }
  const fault = guardOf(version, action, 'Request')?.(payload);
  return fault && { path: `body/parameters/payload${fault.path}`, message: fault.message };
}
