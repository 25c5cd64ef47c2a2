// The sources that an installation configured; a question of another kind is unreachable.
import type { Logger } from '#kit/logger';
import type { GatewayConfig } from './config.ts';
import { contractSource, readRoots } from './contract-source.ts';
import { costSource } from './cost-source.ts';
import { Costs } from './costs.ts';
import { httpSource } from './http-source.ts';
import { ocspSource } from './ocsp-source.ts';
import type { GatewayParts } from './parts.ts';
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

type Billing = Pick<GatewayConfig, 'billingUrl' | 'costTimeoutMs' | 'costQuestionsAtOnceMax' | 'runningCostEveryMs'>;

export function openQuestions(
  config: Configured & Billing,
  internalToken: string,
  logger: Logger,
): Pick<GatewayParts, 'questions' | 'costs'> {
  const { questionTimeoutMs: timeoutMs, questionsAtOnceMax: atOnceMax } = config;
  const questions = new Questions(sourcesOf(config), { timeoutMs, atOnceMax }, logger);
  return { questions, costs: openCosts(config, internalToken, logger) };
}

/** What is left is for the way there and back, and for pricing. */
const shareOfBilling = 0.8;

/** With a deadline and a bound of their own: many transactions end at once, and none of them must keep out another question. */
function openCosts(config: Billing, internalToken: string, logger: Logger): Costs {
  const { billingUrl: url, costTimeoutMs: timeoutMs, costQuestionsAtOnceMax: atOnceMax } = config;
  const cost = costSource({ url, internalToken, waitMs: Math.floor(timeoutMs * shareOfBilling) });
  const questions = new Questions({ cost }, { timeoutMs, atOnceMax }, logger);
  return new Costs({ questions, runningEveryMs: config.runningCostEveryMs, now: Date.now });
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
