// How the cases of what we send are written: a CALL with the station's answer, one that is refused before it is sent, CALLERRORs.
import type { ReportKind } from '#contracts/generated/types';
import { tokenRefOf } from '#contracts/keys';
import { tenantKey } from '../support.ts';
import type { ErrorCase, ExpectedEvent, Sent, SentCase, UnsendableCase } from './case.ts';

const acceptedAnswer = { status: 'Accepted' };

/** The station accepts, and these facts follow. */
export function accepted(
  title: string,
  request: object,
  events: readonly ExpectedEvent[] = [],
  answer: object = acceptedAnswer,
): SentCase {
  return { title, request, answer, outcome: 'accepted', detail: null, events };
}

/** Whatever the station answers: what it means is told by outcome and detail. */
export function answered(
  title: string,
  means: Pick<SentCase, 'request' | 'answer' | 'outcome' | 'detail'>,
  events: readonly ExpectedEvent[] = [],
): SentCase {
  return { title, ...means, events };
}

/** The station refuses by a status word; nothing is known of it that was not before. */
export function rejected(request: object, status = 'Rejected'): SentCase {
  const means = { request, answer: { status }, outcome: 'rejected', detail: status } as const;
  return { title: `the station says ${status}: nothing changed`, ...means, events: [] };
}

export function refused(title: string, request: unknown, path: string): UnsendableCase {
  return { title, request, path };
}

const errors: readonly [ErrorCase, ...ErrorCase[]] = [
  {
    title: 'it does not know the action',
    code: 'NotImplemented',
    description: '',
    outcome: 'notSupported',
    detail: 'NotImplemented',
  },
  {
    title: 'it fails',
    code: 'InternalError',
    description: 'out of memory',
    outcome: 'failed',
    detail: 'InternalError: out of memory',
  },
];

/** An action's cases; what CALLERRORs mean is the same for all. */
export function sent(
  valid: readonly [SentCase, ...SentCase[]],
  ...invalid: readonly [UnsendableCase, ...UnsendableCase[]]
): Sent {
  return { valid, invalid, errors };
}

/** An answer of which there is no event of its own is kept whole. */
export function kept(action: string, answer: object): ExpectedEvent {
  return { type: 'StationMessageRecorded', action: `${action}Response`, payloadJson: JSON.stringify(answer) };
}

export const at = '2026-11-26T10:00:00Z';
export const atMs = Date.UTC(2026, 10, 26, 10);
export const card = { idToken: 'TAG', type: 'ISO14443' };
export const cardRef = tokenRefOf(tenantKey, 'ISO14443', 'TAG');
export const hash = { hashAlgorithm: 'SHA256', issuerNameHash: 'aa', issuerKeyHash: 'bb', serialNumber: '1f' };
/** No certificate by its letters, so that nothing is read from it; real ones are read in certificate-facts.test.ts. */
export const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
export const unread = { subject: null, expiresAt: null, child: false };
export const unreadCertificate = {
  hashAlgorithm: null,
  issuerNameHash: null,
  issuerKeyHash: null,
  serialNumber: null,
  ...unread,
};

/** The station agreed to report under 7 what the criteria name. */
export function reportOf(report: ReportKind, criteria: object | null = null, isEmpty = false): ExpectedEvent {
  const criteriaJson = criteria === null ? null : JSON.stringify(criteria);
  return { type: 'ReportRequested', requestId: 7, report, isComplete: criteria === null, isEmpty, criteriaJson };
}
