import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { expect, it, vi } from 'vitest';
import { awsClientSettings } from '../../shared/outside/aws-client-settings.ts';
import { awsRequestHandler } from '../../shared/outside/aws-request-handler.ts';
import type { Http } from '../../shared/outside/http.ts';

const request = { protocol: 'https:', hostname: 'eks.example', path: '/a', method: 'PUT', headers: {} };

it('sends the URL as it was signed, and neither Host nor Content-Length', async () => {
  const sent: unknown[] = [];
  const handler = awsRequestHandler(async (url, init) => {
    sent.push([url, init]);
    return new Response('hello', { status: 201, headers: { 'x-a': 'b' } });
  });
  const query = { 'X-Amz-Date': '1', list: ['a b', "c'(d)*!"], flag: null };
  const headers = { Host: 'eks.example', 'content-length': '4', authorization: 'AWS4' };
  const { response } = await handler.handle({ ...request, port: 8443, query, headers, body: 'body' });
  expect(sent).toEqual([
    [
      'https://eks.example:8443/a?X-Amz-Date=1&list=a%20b&list=c%27%28d%29%2A%21&flag',
      { method: 'PUT', headers: { authorization: 'AWS4' }, body: 'body' },
    ],
  ]);
  expect({ ...response, body: await new Response(response.body as BodyInit).text() }).toEqual({
    statusCode: 201,
    reason: '',
    headers: { 'content-type': 'text/plain;charset=UTF-8', 'x-a': 'b' },
    body: 'hello',
  });
});

it('refuses a body it can not send', async () => {
  const handler = awsRequestHandler(async () => new Response());
  await expect(handler.handle({ ...request, body: new ReadableStream() })).rejects.toThrow(
    'PUT eks.example: request body: expected text or bytes; streams are not sent',
  );
});

it('serves a real client: one attempt, the caller’s signal, a throttled answer as its own error', async () => {
  const controller = new AbortController();
  let attempts = 0;
  const http: Http = async (_, init) => {
    attempts += 1;
    expect(init?.signal).toBe(controller.signal);
    return Response.json(
      { message: 'Rate exceeded' },
      { status: 429, headers: { 'x-amzn-errortype': 'ThrottlingException' } },
    );
  };
  const identity = async () => ({ accessKeyId: 'a', secretAccessKey: 'b' });
  const client = new EKSClient(awsClientSettings(http, identity, 'us-east-1'));
  const sent = client.send(new DescribeClusterCommand({ name: 'x' }), { abortSignal: controller.signal });
  await expect(sent).rejects.toMatchObject({
    name: 'ThrottlingException',
    message: expect.stringContaining('Rate exceeded'),
  });
  expect(attempts).toBe(1);
});

it('asks the service itself, whatever the environment says of endpoints and profiles', async () => {
  const hosts: string[] = [];
  const http: Http = async (url) => {
    hosts.push(new URL(url).host);
    return Response.json({ cluster: {} });
  };
  const identity = async () => ({ accessKeyId: 'a', secretAccessKey: 'b' });
  vi.stubEnv('AWS_ENDPOINT_URL', 'https://elsewhere.example');
  vi.stubEnv('AWS_ENDPOINT_URL_EKS', 'https://elsewhere.example');
  vi.stubEnv('AWS_USE_FIPS_ENDPOINT', 'true');
  await new EKSClient(awsClientSettings(http, identity, 'us-east-1')).send(new DescribeClusterCommand({ name: 'x' }));
  vi.unstubAllEnvs();
  expect(hosts).toEqual(['eks.us-east-1.amazonaws.com']);
});
