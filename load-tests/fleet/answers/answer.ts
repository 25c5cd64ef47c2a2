// How a station answers the platform's calls: a table of rows per version, each fed with payloads that its schema allows.
import { guardOf, type OcppVersion, type Violation } from '#contracts/ocpp';
import type { Commanded } from '#load-tests/fleet/dialect';
import type { Answer } from '#load-tests/fleet/rpc';

/** What a station does with a call whose payload is valid. */
export type Row = (station: Commanded, payload: unknown) => Answer;

export type Rows = Readonly<Record<string, Row>>;

/** A row over the request's type: the guard of its version has checked the payload. */
export function row<Request>(handle: (station: Commanded, request: Request) => Answer): Row {
  return (station, payload) => handle(station, payload as Request);
}

/** Answers with what the row says; `afterwards` runs once the answer was sent. */
export function result(payload: object, afterwards?: () => void): Answer {
  return afterwards === undefined ? { kind: 'result', payload } : { kind: 'result', payload, afterwards };
}

export function notSupported(description: string): Answer {
  return { kind: 'error', code: 'NotSupported', description };
}

/** Looks the row up and checks the payload; a violation gets the version's own error code. */
export function answerBy(version: OcppVersion, rows: Rows): Answering {
  return (station, action, payload) => {
    const handle = Object.hasOwn(rows, action) ? rows[action] : undefined;
    if (handle === undefined) return { kind: 'error', code: 'NotImplemented', description: 'unknown action' };
    const violation = guardOf(version, action, 'Request')?.(payload);
    if (violation === undefined) return handle(station, payload);
    return { kind: 'error', code: codeOf(version, violation), description: `${violation.path} ${violation.message}` };
  };
}

type Answering = (station: Commanded, action: string, payload: unknown) => Answer;

/** 1.6J spells two codes in its own way (table 7); 2.x corrected them. */
function codeOf(version: OcppVersion, violation: Violation): string {
  const is16 = version === '1.6';
  switch (violation.keyword) {
    case 'type':
      return violation.path === '' ? formatCode(is16) : 'TypeConstraintViolation';
    case 'required':
    case 'minItems':
    case 'maxItems':
      return is16 ? 'OccurenceConstraintViolation' : 'OccurrenceConstraintViolation';
    case 'additionalProperties':
      return formatCode(is16);
    default:
      return 'PropertyConstraintViolation';
  }
}

function formatCode(is16: boolean): string {
  return is16 ? 'FormationViolation' : 'FormatViolation';
}
