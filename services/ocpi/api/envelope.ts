// What every answer to a partner looks like (OCPI 2.2.1, 4.1.7), and which codes say what went wrong (5).
import type { FastifyReply } from 'fastify';
import { jsonOf } from '../wire/json.ts';

export const ocpiCodes = {
  done: 1000,
  clientFault: 2000,
  badParameters: 2001,
  notEnough: 2002,
  unknownLocation: 2003,
  unknownToken: 2004,
  serverFault: 3000,
} as const;

const messages: Readonly<Record<number, string>> = {
  1000: 'Success',
  2000: 'The request cannot be carried out',
  2001: 'Invalid or missing parameters',
  2002: 'Not enough information',
  2003: 'Unknown location',
  2004: 'Unknown token',
  3000: 'Something went wrong on our side',
  3001: 'Unable to use the client’s API',
  3002: 'Unsupported version',
  3003: 'No matching endpoints',
};

export type Answer = {
  readonly code: number;
  readonly message?: string;
  /** Left out where OCPI defines none. */
  readonly data?: unknown;
  /** 200 whenever the request reached the application: what is wrong then stands in the code. */
  readonly http?: 200 | 201 | 400 | 401 | 404 | 405 | 429;
};

/** @param at clock of the answer. */
export function answer(reply: FastifyReply, { code, message, data, http = 200 }: Answer, at: number): FastifyReply {
  const body = {
    data,
    status_code: code,
    status_message: message ?? messages[code] ?? messages[2000],
    timestamp: new Date(at).toISOString(),
  };
  return reply.code(http).header('content-type', 'application/json; charset=utf-8').send(jsonOf(body));
}
