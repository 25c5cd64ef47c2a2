// Files over HTTP as a simulated station moves them: bounded, and only to and from this machine, whatever a platform names.

const transferTimeoutMs = 30_000;
const downloadBytesMax = 64 * 1024 * 1024;
const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Whether the location may be used at all: a fleet of thousands must never turn on a stranger's server. */
export function isOwnMachine(location: string): boolean {
  if (!URL.canParse(location)) return false;
  const { protocol, hostname } = new URL(location);
  return (protocol === 'http:' || protocol === 'https:') && loopback.test(hostname);
}

/** The bytes; undefined where they cannot be had. */
export async function download(location: string): Promise<Buffer | undefined> {
  try {
    const response = await fetch(location, { signal: AbortSignal.timeout(transferTimeoutMs) });
    if (!response.ok || Number(response.headers.get('content-length') ?? 0) > downloadBytesMax) return undefined;
    const bytes = Buffer.from(await response.arrayBuffer());
    return bytes.length > downloadBytesMax ? undefined : bytes;
  } catch {
    return undefined;
  }
}

/** PUT, or POST where the other side wants that; whether it was taken. */
export async function upload(location: string, name: string, text: string): Promise<boolean> {
  for (const method of ['PUT', 'POST']) {
    try {
      const headers = { 'content-type': 'text/plain', 'content-disposition': `attachment; filename="${name}"` };
      const signal = AbortSignal.timeout(transferTimeoutMs);
      const response = await fetch(location, { method, body: text, headers, signal });
      await response.arrayBuffer();
      if (response.ok) return true;
      if (response.status !== 405 && response.status !== 404) return false;
    } catch {
      return false;
    }
  }
  return false;
}
