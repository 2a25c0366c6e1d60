/** What checkov finds in the template and is meant, each by the resources it may be found at and with the reason. */
export interface Accepted {
  readonly check: string;
  /** Of the resource, as checkov names it. */
  readonly at: RegExp;
  readonly because: string;
}

const anyFunction = /^AWS::Lambda::Function\./;

export const accepted: readonly Accepted[] = [
  {
    check: 'CKV_AWS_115',
    at: anyFunction,
    because:
      'Reserved concurrency is taken from the account: Lambda refuses a deployment that leaves less than 100 unreserved, which in a ' +
      'new account, whose whole limit can be 10, is every first deployment. What comes from outside is bounded by its routes in any account, and ' +
      'by reservations with --param=concurrency=reserved; how many deploy at once is bounded by the machines (maxConcurrent).',
  },
  {
    check: 'CKV_AWS_116',
    at: anyFunction,
    because:
      'State machines and the HTTP API wait for the answer, and a dead-letter queue is of use only to calls that nobody waits for: ' +
      'those of the event bus and of schedules, which have a destination for failures (FailedEvents), as another test holds.',
  },
  {
    check: 'CKV_AWS_117',
    at: anyFunction,
    because:
      'API servers, metric stores and git are asked at their public addresses, and each address is judged by the egress client. In a VPC ' +
      'functions have no way out but a NAT gateway, which costs 32 dollars a month when nothing is deployed.',
  },
  {
    check: 'CKV_AWS_158',
    at: /^AWS::Logs::LogGroup\./,
    because:
      'CloudWatch encrypts every log with a key of its own. Logs hold names, outcomes and reasons; secrets can not be printed, and ' +
      'execution data is not logged. With our key, whoever may not decrypt could not see why a rollout held.',
  },
  {
    check: 'CKV_AWS_173',
    at: anyFunction,
    because:
      'Lambda encrypts variables with a key of its own, and none of them is a secret, as another test holds: names, ARNs and addresses.',
  },
  {
    check: 'CKV_AWS_18',
    at: /^AWS::S3::Bucket\.(ServerlessDeploymentBucket|BlobBucket|AuditBucket)$/,
    because:
      'A second bucket with a line for each blob read would be larger than the blobs, and hold what CloudTrail tells of where it is wanted. ' +
      'What was done to which target is in the ledger.',
  },
  {
    check: 'CKV_AWS_27',
    at: /^AWS::SQS::Queue\.Failed(Events|Probes)$/,
    because: 'It is encrypted, by the key of SQS (SqsManagedSseEnabled), which checkov does not count.',
  },
  {
    check: 'CKV_AWS_33',
    at: /^AWS::KMS::Key\.Key$/,
    because:
      'The statement that names every principal is what DynamoDB asks for: bound to callers of this account through DynamoDB in this region.',
  },
];
