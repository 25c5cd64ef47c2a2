// Answers what Authorize asks of a contract certificate (2.x C07): the chain here, its revocation at whoever knows it.
import type { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Fault } from '#kit/fault';
import { certificatesIn, statusOfChain } from './contract-chain.ts';
import type { Answer, CertificateStatus, ContractStatus } from './domain/question.ts';
import type { Source } from './sources.ts';

export type ContractParts = {
  readonly roots: readonly X509Certificate[];
  now(): number;
  /** Who knows what is revoked; undefined: nobody, so that such a question is unreachable. */
  readonly chainStatus: Source<'chain-status'> | undefined;
};

export function contractSource({ roots, now, chainStatus }: ContractParts): Source<'contract'> {
  return async ({ chain, emaid, certificates }, asker) => {
    const ofChain = chain === null ? 'Accepted' : statusOfChain({ pem: chain, emaid }, roots, now());
    if (ofChain !== 'Accepted' || certificates.length === 0) return { kind: 'contract', status: ofChain };
    if (chainStatus === undefined) return { kind: 'unreachable', why: 'nobody is configured who knows revocations' };
    const told = await chainStatus({ kind: 'chain-status', certificates }, asker);
    return told.kind === 'chain-status' ? answerOf(told.statuses, certificates.length) : told;
  };
}

function answerOf(statuses: readonly CertificateStatus[], asked: number): Answer {
  const has = (status: CertificateStatus['status']): boolean => statuses.some((each) => each.status === status);
  if (has('Revoked')) return contract('CertificateRevoked');
  if (has('Unknown')) return contract('NoCertificateAvailable');
  return has('Failed') || statuses.length < asked
    ? { kind: 'unreachable', why: 'not every certificate has an answer' }
    : contract('Accepted');
}

function contract(status: ContractStatus): Answer {
  return { kind: 'contract', status };
}

/** The trusted roots of a PEM file. Throws Fault CONFIG_INVALID. */
export function readRoots(path: string | undefined): readonly X509Certificate[] {
  if (path === undefined) return [];
  try {
    const roots = certificatesIn(readFileSync(path, 'utf8'));
    if (roots !== undefined && roots.length > 0) return roots;
  } catch (error) {
    throw new Fault('CONFIG_INVALID', { detail: `V2G_ROOTS_FILE=${path} cannot be read`, cause: error });
  }
  throw new Fault('CONFIG_INVALID', { detail: `V2G_ROOTS_FILE=${path} holds no certificate` });
}
