import { type Api, Refusal, type Simulation } from './api.ts';
import { callerOf } from './aws-caller.ts';
import { seal } from './sealed.ts';
import { parseSigned } from './sigv4.ts';

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const LIFE_SECONDS = 3600;

/** How OAuth endpoints word a refusal (RFC 6749, 5.2). */
const refuse = ({ status, code, message }: Refusal): Response =>
  Response.json({ error: code, error_description: message }, { status });

const invalid = (message: string) => new Refusal(400, 'invalid_grant', message);

interface SubjectToken {
  readonly url: string;
  readonly method: string;
  readonly headers: readonly { readonly key: string; readonly value: string }[];
}

const parseSubjectToken = (text: string): SubjectToken => {
  try {
    return JSON.parse(decodeURIComponent(text)) as SubjectToken;
  } catch {
    throw invalid('Unable to parse the subject token as a serialized GetCallerIdentity request.');
  }
};

/**
 * Google's Security Token Service, `POST /v1/token` (RFC 8693): a signed GetCallerIdentity request of AWS in exchange for an access
 * token. The real one sends that request to AWS; here its signature is checked the same way.
 */
export const googleStsApi = ({ clock }: Simulation): Api => ({
  host: 'sts.googleapis.com',
  service: 'google-sts',
  throttled: new Refusal(429, 'quota_exceeded', 'Quota exceeded for quota metric Token exchange requests.'),
  unavailable: new Refusal(503, 'temporarily_unavailable', 'The service is currently unavailable.'),
  refuse,
  answer: async (request) => {
    const given = new URLSearchParams(await request.text());
    const audience = given.get('audience') ?? '';
    if (
      !/^\/\/iam\.googleapis\.com\/projects\/\d+\/locations\/global\/workloadIdentityPools\/[^/]+\/providers\/[^/]+$/.test(
        audience,
      )
    ) {
      throw new Refusal(
        400,
        'invalid_request',
        'Invalid value for "audience". This value should be the full resource name of the Identity Provider.',
      );
    }
    const { url, method, headers } = parseSubjectToken(given.get('subject_token') ?? '');
    const header = (name: string) => headers.find(({ key }) => key.toLowerCase() === name.toLowerCase())?.value;
    const target = new URL(url);
    const region = /^sts\.([a-z0-9-]+)\.amazonaws\.com$/.exec(target.hostname)?.[1];
    if (!region || target.searchParams.get('Action') !== 'GetCallerIdentity')
      throw invalid('The AWS request is not GetCallerIdentity of a regional STS.');
    // A request signed for one pool must not be taken by another.
    if (header('x-goog-cloud-target-resource') !== audience)
      throw invalid('The header x-goog-cloud-target-resource does not match the audience.');
    let subject: string;
    try {
      subject = callerOf(parseSigned({ method, url: target, header, body: '' }), 'sts', region, clock).arn;
    } catch (error) {
      if (error instanceof Refusal) throw invalid(`Received invalid credentials from AWS: ${error.code}`);
      throw error;
    }
    const now = clock.now();
    const claims = { subject, audience: 'cloud-platform', issuedAt: now, expiresAt: now + LIFE_SECONDS * 1000 };
    return Response.json({
      access_token: `ya29.${seal('google-access', claims)}`,
      issued_token_type: ACCESS_TOKEN,
      token_type: 'Bearer',
      expires_in: LIFE_SECONDS,
    });
  },
});
