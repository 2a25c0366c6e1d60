import type { AwsIdentity } from '../../../shared/outside/aws-identity.ts';
import type { Clock } from '../../../shared/outside/clock.ts';
import { Refusal } from './api.ts';
import { seal, sealOf, unseal } from './sealed.ts';
import { type SignedRequest, signatureOf } from './sigv4.ts';

const SESSION_LIFE_MS = 3_600_000;
/** AWS takes a signature for a quarter of an hour either way of its date. */
const SIGNATURE_LIFE_MS = 15 * 60_000;

/** Who signed a request. */
export interface Caller {
  readonly arn: string;
  readonly account: string;
  /** Epoch milliseconds at which the session ends. */
  readonly until: number;
}

export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** Credentials of a session of `arn`, an hour long. The secret follows from the session token, so none is remembered. */
export const sessionCredentials = (arn: string, account: string, clock: Clock): SessionCredentials => {
  const now = clock.now();
  const claims = { subject: arn, audience: account, issuedAt: now, expiresAt: now + SESSION_LIFE_MS };
  const sessionToken = seal('aws-session', claims);
  const secretAccessKey = sealOf(`secret ${sessionToken}`);
  const accessKeyId = `ASIASIMULATED${sealOf(sessionToken)
    .replace(/[^A-Z0-9]/g, '')
    .padEnd(7, '0')
    .slice(0, 7)}`;
  return { accessKeyId, secretAccessKey, sessionToken, expiration: new Date(claims.expiresAt) };
};

/** The identity Tidegate itself has in the simulation: a role `tidegate` of `account`. What `outside.identity` is there. */
export const simulatedIdentity =
  (clock: Clock, account = '000000000000'): AwsIdentity =>
  async () =>
    sessionCredentials(`arn:aws:sts::${account}:assumed-role/tidegate/tidegate`, account, clock);

/**
 * Checks the signature of a request to an AWS service as AWS does: form, session, date, and the signature itself over what is there.
 * @throws Refusal 403 with AWS's own code.
 */
export const callerOf = (signed: SignedRequest, service: string, region: string, clock: Clock): Caller => {
  const claims = unseal('aws-session', signed.sessionToken);
  if (!claims)
    throw new Refusal(403, 'UnrecognizedClientException', 'The security token included in the request is invalid.');
  if (clock.now() >= claims.expiresAt) {
    throw new Refusal(403, 'ExpiredTokenException', 'The security token included in the request is expired');
  }
  if (Math.abs(clock.now() - signed.date) > SIGNATURE_LIFE_MS) {
    throw new Refusal(
      403,
      'InvalidSignatureException',
      `Signature expired: ${new Date(signed.date).toISOString()} is not within 15 minutes`,
    );
  }
  if (signed.service !== service || signed.region !== region) {
    throw new Refusal(
      403,
      'InvalidSignatureException',
      `Credential should be scoped to a valid region and service: ${region}/${service}.`,
    );
  }
  if (signed.signature !== signatureOf(signed, sealOf(`secret ${signed.sessionToken}`))) {
    throw new Refusal(
      403,
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
    );
  }
  return { arn: claims.subject, account: claims.audience, until: claims.expiresAt };
};
