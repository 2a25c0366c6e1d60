import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { WebSocketCheck } from '../rollout/gate.ts';
import type { Probe } from './attempt.ts';
import { familyOf } from './endpoint.ts';
import { attemptTalk, type Said } from './talk.ts';
import { encodeFrame, OPCODE, takeFrame } from './websocket-frame.ts';

/** RFC 6455, section 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const MOST_BYTES = 64 * 1024;

/**
 * Opens a WebSocket (RFC 6455), sends a ping or the text to be echoed, waits for the answer and closes. Extensions and
 * subprotocols are not offered.
 */
export const probeWebSocket: Probe<WebSocketCheck> = (check, { allow, tls }, outside, signal) => {
  const url = new URL(check.ws);
  const isSecure = url.protocol === 'wss:';
  const port = Number(url.port || (isSecure ? 443 : 80));
  const secured = isSecure ? { tls: tls ?? {}, protocols: ['http/1.1'] } : {};
  const endpoint = { host: url.hostname, port, ...familyOf(check), ...secured, allow, signal };
  const key = Buffer.from(outside.random.bytes(16)).toString('base64');
  const mask = outside.random.bytes(4);
  return attemptTalk(endpoint, (connection) => talk(check, url, key, mask, connection), outside);
};

const talk = async (
  { echo }: WebSocketCheck,
  url: URL,
  key: string,
  mask: Uint8Array,
  connection: Duplex,
): Promise<Said> => {
  const read = readerOf(connection);
  const lines = [
    `GET ${url.pathname}${url.search} HTTP/1.1`,
    `Host: ${url.host}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${key}`,
    'Sec-WebSocket-Version: 13',
  ];
  connection.write(`${lines.join('\r\n')}\r\n\r\n`);
  const head = await read(takeHead);
  const refused = assessUpgrade(head, key);
  if (refused !== undefined) return { verdict: 'fail', code: 'ws_refused', because: refused };
  const sent = Buffer.from(echo ?? 'tidegate', 'utf8');
  const awaited = echo === undefined ? OPCODE.pong : OPCODE.text;
  connection.write(encodeFrame(echo === undefined ? OPCODE.ping : OPCODE.text, sent, mask));
  for (;;) {
    const { opcode, payload } = await read(takeFrame);
    if (opcode === OPCODE.ping) connection.write(encodeFrame(OPCODE.pong, payload, mask));
    else if (opcode === OPCODE.close)
      return { verdict: 'fail', code: 'ws_mismatch', because: 'the server closed instead of an answer' };
    else if (opcode === awaited) {
      connection.write(encodeFrame(OPCODE.close, Buffer.from([0x03, 0xe8]), mask)); // 1000, a normal end
      if (Buffer.compare(payload, sent) === 0) return { verdict: 'pass' };
      return { verdict: 'fail', code: 'ws_mismatch', because: 'the answer is not what was sent' };
    }
  }
};

/** What can be taken off the front of what has arrived, and what is left; `undefined` while more is needed. */
type Take<T> = (arrived: Buffer) => { readonly taken: T; readonly rest: Buffer } | undefined;

const readerOf = (connection: Duplex): (<T>(take: Take<T>) => Promise<T>) => {
  const chunks: AsyncIterator<Uint8Array> = connection[Symbol.asyncIterator]();
  let arrived: Buffer = Buffer.alloc(0);
  return async (take) => {
    for (;;) {
      const found = take(arrived);
      if (found !== undefined) {
        arrived = found.rest;
        return found.taken;
      }
      if (arrived.length > MOST_BYTES) throw new Error(`the answer has more than ${MOST_BYTES} bytes`);
      const next = await chunks.next();
      if (next.done) throw new Error('the server hung up');
      arrived = Buffer.concat([arrived, next.value]);
    }
  };
};

const takeHead: Take<string> = (arrived) => {
  const end = arrived.indexOf('\r\n\r\n');
  return end < 0 ? undefined : { taken: arrived.subarray(0, end).toString('latin1'), rest: arrived.subarray(end + 4) };
};

/** Why this is no upgrade, or `undefined`. */
const assessUpgrade = (head: string, key: string): string | undefined => {
  const [statusLine = '', ...headers] = head.split('\r\n');
  const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(statusLine) ?? [];
  if (status !== '101') return `status ${status ?? 'unreadable'}, expected 101`;
  const accept = createHash('sha1')
    .update(key + GUID)
    .digest('base64');
  const isAccepted = headers.some(
    (line) => line.toLowerCase().startsWith('sec-websocket-accept:') && line.endsWith(accept),
  );
  return isAccepted ? undefined : 'Sec-WebSocket-Accept does not answer the key that was sent';
};
