// Who asks: the two users, and the four ways in which a request names one.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ClickHouseException } from '#infra/local/clickhouse-http/exception';

export type User = {
  readonly name: string;
  /** May read and nothing else. */
  readonly isReadonly: boolean;
};

export type Users = {
  /** Throws code 516 where name and password do not belong together. */
  authenticate(headers: IncomingHttpHeaders, query: URLSearchParams): User;
};

type Credentials = { readonly name: string; readonly password: string };

/** The user default, who may do everything, and the one who may only read. */
export function createUsers(options: {
  readonly password: string;
  readonly readonlyUser: string;
  readonly readonlyPassword: string;
}): Users {
  const known = new Map([
    ['default', { password: options.password, isReadonly: false }],
    [options.readonlyUser, { password: options.readonlyPassword, isReadonly: true }],
  ]);
  return {
    authenticate(headers, query) {
      const { name, password } = credentialsOf(headers, query);
      const user = known.get(name);
      if (user === undefined || !isEqual(user.password, password)) throw refused(name);
      return { name, isReadonly: user.isReadonly };
    },
  };
}

function credentialsOf(headers: IncomingHttpHeaders, query: URLSearchParams): Credentials {
  const { authorization, 'x-clickhouse-user': user, 'x-clickhouse-key': key } = headers;
  const isInHeaders = user !== undefined || key !== undefined;
  if (authorization !== undefined) {
    if (isInHeaders)
      throw new ClickHouseException(
        516,
        'AUTHENTICATION_FAILED',
        'Invalid authentication: it is not allowed to use X-ClickHouse HTTP headers and Authorization HTTP header simultaneously.',
      );
    return basicCredentials(authorization);
  }
  if (isInHeaders) return { name: one(user) ?? 'default', password: one(key) ?? '' };
  return { name: query.get('user') ?? 'default', password: query.get('password') ?? '' };
}

function basicCredentials(authorization: string): Credentials {
  const [, encoded] = /^basic\s+(\S+)$/i.exec(authorization) ?? [];
  if (encoded === undefined)
    throw new ClickHouseException(
      516,
      'AUTHENTICATION_FAILED',
      "Invalid authentication: only 'Basic' HTTP Authorization scheme is supported.",
    );
  const [name = '', ...password] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return { name: name === '' ? 'default' : name, password: password.join(':') };
}

function refused(name: string): ClickHouseException {
  return new ClickHouseException(
    516,
    'AUTHENTICATION_FAILED',
    `${name}: Authentication failed: password is incorrect, or there is no user with such name.`,
  );
}

function isEqual(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
