// Which running program a changed source file belongs to.

/** Names of the programs to start again for paths relative to the checkout; shared sources touch both. */
export function programsTouchedBy(paths: readonly string[]): string[] {
  const names = new Set<string>();
  for (const path of paths.filter(isSource)) {
    if (!path.startsWith('services/gateway/')) names.add('services');
    if (
      !/^services\/(registry|stations|sessions|billing|analytics|ocpi|alerts|operator)\/|^services\/run\.ts$/.test(path)
    )
      names.add('gateway');
  }
  return [...names];
}

function isSource(path: string): boolean {
  return /\.(ts|sql|avsc|json)$/.test(path);
}
