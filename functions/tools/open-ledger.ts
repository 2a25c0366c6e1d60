import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamodbLedger } from '../../shared/ledger/dynamodb.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { withRetention } from '../../shared/ledger/retention.ts';
import type { AwsClientSettings } from '../../shared/outside/aws-client-settings.ts';
import { processClock } from '../../shared/outside/clock.ts';

/** The deployed ledger. A module of its own, so that its client is loaded when the first row is asked for. */
export const openLedger = (settings: AwsClientSettings, table: string): Ledger =>
  withRetention(dynamodbLedger({ client: new DynamoDBClient(settings), table, clock: processClock }), processClock);
