// A WebSocket station for tests of bad input: it sends what it is told, byte for byte, and hears everything.
import { WsLink, type LinkEnd } from '#load-tests/fleet/ws-client';

export type RawStation = {
  send(text: string): void;
  /** Sends and returns the next text that comes back. */
  ask(text: string): Promise<string>;
  next(): Promise<string>;
  readonly ended: Promise<LinkEnd>;
  close(): void;
};

const answerTimeoutMs = 10_000;

/** Opens; rejects with the HTTP status where the upgrade is refused. */
export function rawStation(options: {
  url: string;
  user: string;
  password: string;
  subprotocol?: string;
}): Promise<RawStation> {
  const heard: string[] = [];
  const waiting: ((text: string) => void)[] = [];
  let end: (value: LinkEnd) => void = () => undefined;
  const ended = new Promise<LinkEnd>((resolve) => (end = resolve));
  const next = (): Promise<string> => {
    const text = heard.shift();
    if (text !== undefined) return Promise.resolve(text);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('nothing came back')), answerTimeoutMs);
      waiting.push((answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
    });
  };
  return new Promise((resolve, reject) => {
    const link = new WsLink(
      {
        url: options.url,
        user: options.user,
        password: options.password,
        subprotocol: options.subprotocol ?? 'ocpp1.6',
      },
      {
        opened: () =>
          resolve({
            send: (text) => link.send(text),
            ask: (text) => (link.send(text), next()),
            next,
            ended,
            close: () => link.shut(1000),
          }),
        message(text) {
          const waiter = waiting.shift();
          if (waiter === undefined) heard.push(text);
          else waiter(text);
        },
        ended(why) {
          reject(new Error(why.kind === 'refused' ? `refused with ${why.status}` : why.kind));
          end(why);
        },
      },
    );
  });
}
