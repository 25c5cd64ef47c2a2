// The bounds of the front, each with its unit, side by side.

/** The start of a request in which the statement must show itself before its data begin. */
export const statementHeadBytes = 256 * 1024;
/** A statement without data, and a multipart form. */
export const statementBytesMax = 64 * 1024 * 1024;
/** The data of one INSERT. */
export const insertBytesMax = 1024 * 1024 * 1024;
/** The data of all INSERTs under way: they lie in memory (tmpfs) until the engine has read them. */
export const spoolBytesMax = 2 * 1024 * 1024 * 1024;
/** A result that cannot be streamed (SHOW, DESCRIBE, EXPLAIN, or wait_end_of_query=1). */
export const heldResultBytesMax = 256 * 1024 * 1024;
/** What is held back of a stream, so that an early error still gets its status; the engine's own buffer is as large. */
export const heldHeadBytes = 1024 * 1024;

/** Requests inside; one more is refused with code 202. */
export const requestsMax = 512;
/** SELECTs that stream at once, each with a pipe and a thread; the next ones wait. */
export const streamsMax = 32;
/** Calls into the engine at once, streams included; the next ones wait. */
export const engineCallsMax = 56;
/** Threads of libuv: one per engine call, the rest for files, compression and KILL QUERY. */
export const threadsMin = 64;

/** A client that takes nothing of its result for so long is cut off (http_send_timeout of the real server). */
export const sendTimeoutMs = 30_000;
/** How often a query is killed whose client has left, until it is over. */
export const killEveryMs = 200;
/** Idle connections; the real server's keep_alive_timeout. */
export const keepAliveTimeoutMs = 30_000;

export const sessionsMax = 256;
export const sessionTimeoutS = 60;
export const sessionTimeoutSMax = 3_600;
