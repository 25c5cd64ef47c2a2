// What an operator wants of a station, and which wishes are refused although they are well-formed.
import type { Intent } from '#contracts/commands';
import { isSecretVariable } from '#contracts/secret-variables';

export type Violation = { readonly path: string; readonly message: string };

export type Wish = { readonly intent: Intent; readonly parameters: object };

/** Passwords and keys never enter the log, so a write of one is refused: each by its path. */
export function secretWrites({ intent, parameters }: Wish): Violation[] {
  if (intent !== 'WriteConfiguration' || !('variables' in parameters) || !Array.isArray(parameters.variables))
    return [];
  const variables: readonly unknown[] = parameters.variables;
  return variables.flatMap((written, n) => {
    const name = nameOf(written);
    if (!isSecretVariable(name)) return [];
    return [{ path: `body/parameters/variables/${n}/variable`, message: `${name} holds a secret` }];
  });
}

function nameOf(written: unknown): string {
  const named = typeof written === 'object' && written !== null && 'variable' in written ? written.variable : undefined;
  return typeof named === 'string' ? named : '';
}
