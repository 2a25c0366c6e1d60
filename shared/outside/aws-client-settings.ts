import type { AwsIdentity } from './aws-identity.ts';
import { type AwsRequestHandler, awsRequestHandler } from './aws-request-handler.ts';
import type { Http } from './http.ts';

/** What every AWS client is made with, whatever its service. */
export interface AwsClientSettings {
  readonly region: string;
  readonly credentials: AwsIdentity;
  readonly requestHandler: AwsRequestHandler;
  readonly maxAttempts: 1;
  readonly retryMode: 'standard';
  readonly defaultsMode: 'standard';
  readonly useFipsEndpoint: false;
  readonly useDualstackEndpoint: false;
  readonly ignoreConfiguredEndpointUrls: true;
  readonly disableClockSkewCorrection: true;
  readonly authSchemePreference: string[];
  readonly userAgentAppId: string;
}

/**
 * Settings of an AWS client that sends through `http`, signs as `identity` and tries once. Everything the SDK would otherwise look up
 * in the environment and in `~/.aws` is said here: such a look-up could send our signatures elsewhere, and reads the disk.
 */
export const awsClientSettings = (http: Http, identity: AwsIdentity, region: string): AwsClientSettings => ({
  region,
  credentials: identity,
  requestHandler: awsRequestHandler(http),
  maxAttempts: 1,
  retryMode: 'standard',
  defaultsMode: 'standard',
  useFipsEndpoint: false,
  useDualstackEndpoint: false,
  ignoreConfiguredEndpointUrls: true,
  disableClockSkewCorrection: true,
  authSchemePreference: [],
  userAgentAppId: 'tidegate',
});
