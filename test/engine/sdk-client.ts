import { Readable } from 'node:stream';
import { SFNClient } from '@aws-sdk/client-sfn';

interface WireRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly path: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** The real client over a handler in this process: no socket, no retry. */
export const sdkClient = (handle: (request: Request) => Promise<Response>): SFNClient =>
  new SFNClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'SIMULATED', secretAccessKey: 'SIMULATED' },
    maxAttempts: 1,
    requestHandler: {
      handle: async (wire: WireRequest) => {
        const request = new Request(`${wire.protocol}//${wire.hostname}${wire.path}`, {
          method: wire.method,
          headers: wire.headers,
          ...(wire.body !== undefined && { body: wire.body as string }),
        });
        const response = await handle(request);
        const body = Readable.from([Buffer.from(await response.arrayBuffer())]);
        return { response: { statusCode: response.status, headers: Object.fromEntries(response.headers), body } };
      },
    },
  });
