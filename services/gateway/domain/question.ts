// What a row must ask of others before it can answer a station: the shell asks, and 'unreachable' is an answer.

/** A certificate as OCSP names it. */
export type CertificateHash = {
  readonly hashAlgorithm: string;
  readonly issuerNameHash: string;
  readonly issuerKeyHash: string;
  readonly serialNumber: string;
};

export type Question =
  /** May a contract certificate be trusted? (2.x C07 Authorize: its chain, what OCSP needs, or both) */
  | {
      readonly kind: 'contract';
      readonly emaid: string;
      /** PEM, the vehicle's first. */
      readonly chain: string | null;
      readonly certificates: readonly ChainCertificate[];
    }
  /** Is the certificate revoked? (2.x M06 GetCertificateStatus) */
  | { readonly kind: 'ocsp'; readonly certificate: CertificateHash; readonly responderUrl: string }
  /** Of several certificates, by CRL or OCSP (2.1 GetCertificateChainStatus). */
  | { readonly kind: 'chain-status'; readonly certificates: readonly ChainCertificate[] }
  /** A contract certificate for a vehicle (2.x M01, M02 Get15118EVCertificate): its EXI messages pass through us. */
  | {
      readonly kind: 'contract-certificate';
      readonly action: string;
      readonly schemaVersion: string;
      readonly exiRequest: string;
      readonly contractsMax: number | null;
      readonly prioritizedEmaids: readonly string[];
    }
  /**
   * What does a transaction cost (2.x I02, I03)? Asked once the facts of its message are in the log, since the cost is a fold
   * of them. `endedAt` is null while it runs: then what it came to so far.
   */
  | { readonly kind: 'cost'; readonly transactionId: string; readonly endedAt: number | null }
  /** Whose VAT number is it? (2.1 VatNumberValidation) */
  | { readonly kind: 'vat-number'; readonly vatNumber: string; readonly evseId: number | null };

export type ChainCertificate = {
  readonly hash: CertificateHash;
  readonly source: 'CRL' | 'OCSP';
  readonly urls: readonly string[];
};

export type CertificateStatus = {
  readonly status: 'Good' | 'Revoked' | 'Unknown' | 'Failed';
  /** ms since epoch */
  readonly nextUpdateAt: number;
};

export type Company = {
  readonly name: string;
  readonly address1: string;
  readonly city: string;
  readonly country: string;
  readonly address2?: string;
  readonly postalCode?: string;
};

/** As 2.x says it (AuthorizeCertificateStatusEnumType). */
export type ContractStatus =
  | 'Accepted'
  | 'SignatureError'
  | 'CertificateExpired'
  | 'CertificateRevoked'
  | 'NoCertificateAvailable'
  | 'CertChainError'
  | 'ContractCancelled';

export type Answer =
  | { readonly kind: 'contract'; readonly status: ContractStatus }
  /** DER of the OCSP response, base64 */
  | { readonly kind: 'ocsp'; readonly response: string }
  /** In the order of the question's certificates. */
  | { readonly kind: 'chain-status'; readonly statuses: readonly CertificateStatus[] }
  | { readonly kind: 'contract-certificate'; readonly exiResponse: string; readonly contractsLeft: number | null }
  /** With taxes; exact decimal text, with the decimals of its currency. */
  | { readonly kind: 'cost'; readonly total: string }
  | { readonly kind: 'vat-number'; readonly company: Company | null }
  /** Asked, and refused: why, in one sentence. */
  | { readonly kind: 'refused'; readonly why: string }
  /** Nobody to ask, no answer in time, or an answer that is none. */
  | { readonly kind: 'unreachable'; readonly why: string };

export type CostQuestion = Extract<Question, { kind: 'cost' }>;

/** 2.x StatusInfoType (at most 20 characters of code, 512 of text) for a station whose question was not answered. */
export function refusalOf(answer: Answer | undefined): { reasonCode: string; additionalInfo: string } {
  if (answer?.kind === 'refused') return { reasonCode: 'Refused', additionalInfo: answer.why.slice(0, 512) };
  const why = answer?.kind === 'unreachable' ? answer.why : 'the source answered something else';
  return { reasonCode: 'NotAvailable', additionalInfo: why.slice(0, 512) };
}

/** The answer, or a refusal where its text is longer than a message of the version may hold. */
export function fitting(answer: Answer | undefined, charsMax: number): Answer | undefined {
  const chars =
    answer?.kind === 'ocsp'
      ? answer.response.length
      : answer?.kind === 'contract-certificate'
        ? answer.exiResponse.length
        : 0;
  return chars <= charsMax ? answer : { kind: 'refused', why: `the answer has more than ${charsMax} characters` };
}
