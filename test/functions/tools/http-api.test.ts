import { expect, it } from 'vitest';
import { answerOf, httpApiEvent, requestOf } from '../../../functions/tools/http-api.ts';

const event = httpApiEvent.parse({
  version: '2.0',
  rawPath: '/approvals/a1',
  rawQueryString: 'target=b',
  headers: { host: 'forged.example.com', 'content-type': 'application/json', cookie: 'old=1' },
  cookies: ['a=1', 'b=2'],
  body: Buffer.from('{"vote":"approve"}').toString('base64'),
  isBase64Encoded: true,
  requestContext: {
    domainName: 'console.example.com',
    http: { method: 'POST' },
  },
});

it('a request keeps its method, path, query, cookies and bytes, and goes to the host of the API', async () => {
  const request = requestOf(event);
  expect({ url: request.url, method: request.method, cookie: request.headers.get('cookie') }).toEqual({
    url: 'https://console.example.com/approvals/a1?target=b',
    method: 'POST',
    cookie: 'a=1; b=2',
  });
  expect(await request.text()).toBe('{"vote":"approve"}');
});

it('an answer keeps its status, headers and bytes; cookies go apart', async () => {
  const response = new Response('é', { status: 201, headers: { 'x-one': '1' } });
  response.headers.append('set-cookie', 'a=1');
  response.headers.append('set-cookie', 'b=2');
  expect(await answerOf(response)).toEqual({
    statusCode: 201,
    headers: { 'content-type': 'text/plain;charset=UTF-8', 'x-one': '1' },
    cookies: ['a=1', 'b=2'],
    body: Buffer.from('é').toString('base64'),
    isBase64Encoded: true,
  });
});
