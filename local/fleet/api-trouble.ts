import type { Clock } from '../../shared/outside/clock.ts';

/** What an API server can suffer from while it answers: it is slow, asks for fewer requests (429), or fails (503). */
export type ApiTrouble =
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'throttled' }
  | { readonly kind: 'unavailable' };

const statuses = {
  throttled: { code: 429, reason: 'TooManyRequests', message: 'too many requests (simulated)' },
  unavailable: { code: 503, reason: 'ServiceUnavailable', message: 'the server is currently unable (simulated)' },
} as const;

/** The answer of a server in trouble; nothing where it answers all the same, later where it is slow. */
export const meetTrouble = async (
  trouble: ApiTrouble | undefined,
  clock: Pick<Clock, 'sleep'>,
): Promise<Response | undefined> => {
  if (trouble === undefined) return undefined;
  if (trouble.kind === 'slow') {
    await clock.sleep(trouble.ms);
    return undefined;
  }
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', ...statuses[trouble.kind] };
  return Response.json(status, { status: status.code, headers: { 'retry-after': '1' } });
};
