// CALLERROR codes: one kind inside, each version's own spelling outside; every spelling is understood.
import type { OcppVersion, Violation } from '#contracts/ocpp';

export type ErrorKind =
  | 'not-implemented'
  | 'not-supported'
  | 'internal'
  | 'protocol'
  | 'security'
  | 'format'
  | 'property'
  | 'occurrence'
  | 'type'
  | 'generic'
  | 'message-type'
  | 'framework';

/** 1.6J table 7 (with its official misspelling, which "will not be fixed") and 2.x part 4 table 10. */
const codes: Readonly<Record<ErrorKind, readonly [v16: string, v2: string]>> = {
  'not-implemented': ['NotImplemented', 'NotImplemented'],
  'not-supported': ['NotSupported', 'NotSupported'],
  internal: ['InternalError', 'InternalError'],
  protocol: ['ProtocolError', 'ProtocolError'],
  security: ['SecurityError', 'SecurityError'],
  format: ['FormationViolation', 'FormatViolation'],
  property: ['PropertyConstraintViolation', 'PropertyConstraintViolation'],
  occurrence: ['OccurenceConstraintViolation', 'OccurrenceConstraintViolation'],
  type: ['TypeConstraintViolation', 'TypeConstraintViolation'],
  generic: ['GenericError', 'GenericError'],
  'message-type': ['GenericError', 'MessageTypeNotSupported'],
  framework: ['FormationViolation', 'RpcFrameworkError'],
};

/** The code as the version spells it. */
export function errorCodeFor(version: OcppVersion, kind: ErrorKind): string {
  return codes[kind][version === '1.6' ? 0 : 1];
}

const kindByKeyword: Readonly<Record<string, ErrorKind>> = {
  required: 'occurrence',
  minItems: 'occurrence',
  maxItems: 'occurrence',
  type: 'type',
  additionalProperties: 'format',
  format: 'format',
};

/** Which error a violated payload is answered with. */
export function errorKindOf(violation: Violation): ErrorKind {
  return kindByKeyword[violation.keyword] ?? 'property';
}
