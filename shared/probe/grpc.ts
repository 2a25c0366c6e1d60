import { type ClientHttp2Stream, connect, type IncomingHttpHeaders } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { GrpcCheck } from '../rollout/gate.ts';
import type { Probe } from './attempt.ts';
import { endpointOf, familyOf } from './endpoint.ts';
import { attemptTalk, type Said } from './talk.ts';

/** A health answer has a few bytes. */
const MOST_BYTES = 4_096;
/** `HealthCheckResponse.ServingStatus` (grpc/health/v1/health.proto). */
const SERVING = 1;
const STATUS_NAMES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;

/**
 * Asks the health service of gRPC over HTTP/2 (grpc.health.v1.Health/Check, "GRPC Health Checking Protocol"): one call on a
 * connection of its own. Passes only with grpc-status 0 and SERVING.
 */
export const probeGrpc: Probe<GrpcCheck> = (check, { allow, tls }, outside, signal) => {
  const secured = check.secure ? { tls: tls ?? {}, protocols: ['h2'] } : {};
  const endpoint = { ...endpointOf(check.grpc), ...familyOf(check), ...secured, allow, signal };
  return attemptTalk(endpoint, (connection) => call(check, connection), outside);
};

const call = async (check: GrpcCheck, connection: Duplex): Promise<Said> => {
  const session = connect(`${check.secure ? 'https' : 'http'}://${check.grpc}`, { createConnection: () => connection });
  try {
    const broken = new Promise<never>((_, reject) => {
      session.once('error', reject);
      session.once('close', () => reject(new Error('the server ended the session')));
    });
    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    stream.end(requestFrame(check.service));
    const answered = readAnswer(stream);
    return assessHealth(await Promise.race([answered, broken]));
  } finally {
    session.destroy();
  }
};

interface HealthAnswer {
  readonly httpStatus: number;
  readonly grpcStatus: string | undefined;
  readonly message: Uint8Array;
}

const readAnswer = (stream: ClientHttp2Stream): Promise<HealthAnswer> =>
  new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    let httpStatus = 0;
    let grpcStatus: string | undefined;
    const read = (headers: IncomingHttpHeaders): void => {
      if (headers['grpc-status'] !== undefined) grpcStatus = String(headers['grpc-status']);
    };
    stream.on('response', (headers) => {
      httpStatus = headers[':status'] ?? 0;
      read(headers); // without a message, the trailers are the headers
    });
    stream.on('trailers', read);
    stream.on('data', (chunk: Uint8Array) => {
      size += chunk.byteLength;
      if (size > MOST_BYTES) stream.destroy(new Error(`the answer has more than ${MOST_BYTES} bytes`));
      else chunks.push(chunk);
    });
    stream.on('error', reject);
    stream.on('end', () => resolve({ httpStatus, grpcStatus, message: Buffer.concat(chunks) }));
  });

/** The verdict on an answer of the health service. */
const assessHealth = ({ httpStatus, grpcStatus, message }: HealthAnswer): Said => {
  const fail = (because: string): Said => ({ verdict: 'fail', code: 'grpc_status', because });
  if (httpStatus !== 200) return fail(`HTTP status ${httpStatus}, expected 200`);
  if (grpcStatus !== '0') return fail(`grpc-status ${grpcStatus ?? 'absent'}, expected 0`);
  const status = servingStatus(message);
  if (status === SERVING) return { verdict: 'pass' };
  const name = status === undefined ? 'no health answer' : (STATUS_NAMES[status] ?? `status ${status}`);
  return fail(`${name}, expected SERVING`);
};

/** `HealthCheckRequest{service}` behind the five bytes of a gRPC message: not compressed, and its length. */
const requestFrame = (service: string): Buffer => {
  const name = Buffer.from(service, 'utf8').subarray(0, 127);
  const message = name.length === 0 ? Buffer.alloc(0) : Buffer.from([0x0a, name.length, ...name]);
  return Buffer.from([0, 0, 0, 0, message.length, ...message]);
};

/** Field 1 of the one message, a varint below 128; absent means 0. `undefined` for what is no such message. */
const servingStatus = (frame: Uint8Array): number | undefined => {
  const [compressed, a, b, c, length, ...message] = frame;
  if (compressed !== 0 || a !== 0 || b !== 0 || c !== 0 || length !== message.length) return undefined;
  if (length === 0) return 0;
  return message[0] === 0x08 ? message[1] : undefined;
};
