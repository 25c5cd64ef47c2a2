// A source behind a URL of the installation: the question goes there as JSON, the answer comes back as JSON and is checked.
import Type, { type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Answer, Question } from './domain/question.ts';
import type { Source } from './sources.ts';

/** The kinds of question that such a source may answer. */
export type AskedByHttp = 'chain-status' | 'contract-certificate' | 'vat-number';

const refusal = Type.Object({ kind: Type.Literal('refused'), why: Type.String({ maxLength: 512 }) });
const company = Type.Object(
  {
    name: Type.String({ maxLength: 50 }),
    address1: Type.String({ maxLength: 100 }),
    city: Type.String({ maxLength: 100 }),
    country: Type.String({ maxLength: 50 }),
    address2: Type.Optional(Type.String({ maxLength: 100 })),
    postalCode: Type.Optional(Type.String({ maxLength: 20 })),
  },
  { additionalProperties: false },
);

const answers = {
  'chain-status': Type.Object({
    kind: Type.Literal('chain-status'),
    statuses: Type.Array(
      Type.Object({
        status: Type.Enum(['Good', 'Revoked', 'Unknown', 'Failed']),
        nextUpdateAt: Type.Integer({ minimum: 0, maximum: 4_102_444_800_000 }),
      }),
      { maxItems: 4 },
    ),
  }),
  'contract-certificate': Type.Object({
    kind: Type.Literal('contract-certificate'),
    exiResponse: Type.String({ maxLength: 17_000 }),
    contractsLeft: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
  }),
  'vat-number': Type.Object({ kind: Type.Literal('vat-number'), company: Type.Union([company, Type.Null()]) }),
} as const satisfies Record<AskedByHttp, TSchema>;

const isRefusal = Compile(refusal);
const isAnswer = {
  'chain-status': Compile(answers['chain-status']),
  'contract-certificate': Compile(answers['contract-certificate']),
  'vat-number': Compile(answers['vat-number']),
} as const;

/**
 * `POST url` with `{ question, tenantId, stationId }`; answers 200 with an Answer of the question's kind, or with
 * `{ kind: 'refused', why }`. Rejects for anything else.
 */
export function httpSource<K extends AskedByHttp>(url: string): Source<K> {
  return async (question: Question, { tenantId, stationId, signal }) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ question, tenantId, stationId }),
      redirect: 'error',
      signal,
    });
    if (!response.ok) throw new Error(`the source answers ${response.status}`);
    return answerIn(question, await response.json());
  };
}

function answerIn({ kind }: Question, told: unknown): Answer {
  if (isRefusal.Check(told)) return told;
  if (kind === 'chain-status' && isAnswer[kind].Check(told)) return told;
  if (kind === 'contract-certificate' && isAnswer[kind].Check(told)) return told;
  if (kind === 'vat-number' && isAnswer[kind].Check(told)) return told;
  return { kind: 'unreachable', why: 'the source answers with something else' };
}
