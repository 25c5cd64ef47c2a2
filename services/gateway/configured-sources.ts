// The sources that an installation configured; a question of another kind is unreachable.
import type { Logger } from '#kit/logger';
import type { GatewayConfig } from './config.ts';
import { contractSource, readRoots } from './contract-source.ts';
import { httpSource } from './http-source.ts';
import { ocspSource } from './ocsp-source.ts';
import { Questions, type Sources } from './sources.ts';

type Configured = Pick<
  GatewayConfig,
  | 'questionTimeoutMs'
  | 'questionsAtOnceMax'
  | 'v2gRootsFile'
  | 'ocspResponders'
  | 'chainStatusUrl'
  | 'contractCertificatesUrl'
  | 'vatNumbersUrl'
>;

export function openQuestions(config: Configured, logger: Logger): Questions {
  const { questionTimeoutMs: timeoutMs, questionsAtOnceMax: atOnceMax } = config;
  return new Questions(sourcesOf(config), { timeoutMs, atOnceMax }, logger);
}

function sourcesOf({ v2gRootsFile, ocspResponders, ...urls }: Configured): Sources {
  const chainStatus = urls.chainStatusUrl === undefined ? undefined : httpSource<'chain-status'>(urls.chainStatusUrl);
  return {
    contract: contractSource({ roots: readRoots(v2gRootsFile), now: Date.now, chainStatus }),
    ...(ocspResponders.length === 0 ? {} : { ocsp: ocspSource(ocspResponders) }),
    ...(chainStatus === undefined ? {} : { 'chain-status': chainStatus }),
    ...(urls.contractCertificatesUrl === undefined
      ? {}
      : { 'contract-certificate': httpSource<'contract-certificate'>(urls.contractCertificatesUrl) }),
    ...(urls.vatNumbersUrl === undefined ? {} : { 'vat-number': httpSource<'vat-number'>(urls.vatNumbersUrl) }),
  };
}
