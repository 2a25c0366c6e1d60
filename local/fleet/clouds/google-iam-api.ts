import { type Api, Refusal, type Simulation } from './api.ts';
import { GOOGLE_THROTTLED, GOOGLE_UNAVAILABLE, googleCaller, refuseGoogle } from './google-error.ts';
import { seal } from './sealed.ts';

/** IAM Service Account Credentials: `POST /v1/projects/-/serviceAccounts/EMAIL:generateAccessToken`. */
export const googleIamApi = ({ clock }: Simulation): Api => ({
  host: 'iamcredentials.googleapis.com',
  service: 'google-iam',
  throttled: GOOGLE_THROTTLED,
  unavailable: GOOGLE_UNAVAILABLE,
  refuse: refuseGoogle,
  answer: async (request) => {
    const now = clock.now();
    googleCaller(request, now);
    const path = decodeURIComponent(new URL(request.url).pathname);
    const subject = /^\/v1\/projects\/-\/serviceAccounts\/([^/]+):generateAccessToken$/.exec(path)?.[1];
    if (request.method !== 'POST' || !subject) throw new Refusal(404, 'NOT_FOUND', 'Not found');
    const { lifetime = '3600s' } = (await request.json()) as { lifetime?: string };
    const expiresAt = now + Number.parseInt(lifetime, 10) * 1000;
    const claims = { subject, audience: 'cloud-platform', issuedAt: now, expiresAt };
    return Response.json({
      accessToken: `ya29.${seal('google-access', claims)}`,
      expireTime: new Date(expiresAt).toISOString(),
    });
  },
});
