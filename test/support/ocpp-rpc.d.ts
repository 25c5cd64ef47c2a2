// The part of npm ocpp-rpc (which ships no types) that the tests use.
declare module 'ocpp-rpc' {
  export type RpcHandler = (call: { method: string; params: unknown; messageId: string }) => unknown;

  export class RPCClient {
    constructor(options: {
      endpoint: string;
      identity: string;
      password?: string;
      protocols: readonly string[];
      strictMode?: boolean;
      reconnect?: boolean;
      callTimeoutMs?: number;
    });
    connect(): Promise<unknown>;
    close(options?: { code?: number; force?: boolean }): Promise<unknown>;
    call(method: string, params: object): Promise<Record<string, unknown>>;
    handle(method: string, handler: RpcHandler): void;
  }
}
