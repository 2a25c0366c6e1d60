import * as z from 'zod/mini';
import type { LocalFunctions } from './functions.ts';
import type { Route } from './network.ts';
import { account } from './state-machines.ts';

/** The function that probes beside a wave, as the home region calls it in another; of `serverless.probers.yml` where deployed. */
export const regionalProber = 'probeWave';

/**
 * Lambda of one more region, by its Invoke API (Lambda developer guide, "Invoke"): one function, which is only called without waiting for
 * it. It runs with the network as it is from there. What it throws is logged by the functions; unlike Lambda, nothing is run again.
 */
export const regionalLambda = (region: string, there: () => LocalFunctions): Route => ({
  host: `lambda.${region}.amazonaws.com`,
  handle: async (request) => {
    const name = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(new URL(request.url).pathname)?.[1];
    if (request.method !== 'POST' || name !== regionalProber) {
      return failure(404, 'ResourceNotFoundException', `Function not found: ${name ?? request.url}`);
    }
    if (request.headers.get('x-amz-invocation-type') !== 'Event') {
      return failure(400, 'InvalidParameterValueException', 'only invocation type Event is simulated');
    }
    const payload = z.record(z.string(), z.unknown()).parse(await request.json());
    const functionArn = `arn:aws:lambda:${region}:${account}:function:${name}`;
    void there().invoke({ functionArn, payload, attemptId: request.headers.get('amz-sdk-invocation-id') ?? '' });
    return new Response(null, { status: 202 });
  },
});

const failure = (status: number, type: string, message: string): Response =>
  new Response(JSON.stringify({ Type: 'User', Message: message }), {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': type },
  });
