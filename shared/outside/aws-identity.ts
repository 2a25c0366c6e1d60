/** Credentials of the function itself, minted by the platform it runs on; short-lived, asked for at each use, never kept. */
export type AwsIdentity = () => Promise<{
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}>;
