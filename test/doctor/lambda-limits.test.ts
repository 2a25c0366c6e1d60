import { expect, it } from 'vitest';
import { readLimits } from '../../shared/doctor/lambda-limits.ts';
import { settings } from '../console/story-console.ts';

/** Lambda's REST API as its reference has it, of an account where somebody else has set 30 aside, too. */
const lambda = (aside: Readonly<Record<string, number | undefined>>) => {
  const asked: string[] = [];
  const http = async (url: string | URL): Promise<Response> => {
    const { pathname } = new URL(url);
    asked.push(pathname);
    if (pathname === '/2016-08-19/account-settings')
      return Response.json({ AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 945 } });
    const name = /^\/2019-09-30\/functions\/tidegate-prod-(\w+)\/concurrency$/.exec(pathname)?.[1] ?? '';
    if (name in aside) return Response.json({ ReservedConcurrentExecutions: aside[name] });
    return Response.json(
      { Message: 'Function not found' },
      { status: 404, headers: { 'x-amzn-errortype': 'ResourceNotFoundException' } },
    );
  };
  return { asked, http };
};

it('counts what the functions of the own stack have for themselves, by their names', async () => {
  const { asked, http } = lambda({ serveConsole: 20, diagnose: 5, sweepTurns: undefined });
  const outside = {
    http,
    identity: async () => ({ accessKeyId: 'id', secretAccessKey: 'planted' }),
    settings: { ...settings(), region: 'us-east-1' },
  };
  expect(await readLimits('tidegate-prod', outside, new AbortController().signal)).toEqual({
    all: 1000,
    own: 25,
    unreserved: 945,
  });
  expect(asked).toHaveLength(13);
});
