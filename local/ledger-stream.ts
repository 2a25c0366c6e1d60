import type { Delete, Key, Ledger, Write } from '../shared/ledger/ledger.ts';
import type { Outside } from '../shared/outside/outside.ts';

/** As the mapping of the deployed table has it (serverless.yml). */
const mostAtOnce = 10;

/** A ledger whose inserts are told of, until it is stopped. */
export interface StreamedLedger {
  readonly ledger: Ledger;
  stop(): void;
}

/**
 * A ledger whose inserts into one partition call a function, as the stream of the deployed table does through its filter: in their order, ten at
 * most in a call, one call after the other, and no write waits for it. `call` gets the event that Lambda would hand over. What was inserted is kept
 * nowhere but in its row: what a call could not do is logged and not brought again, and a kill forgets what was not called for.
 */
export const streamInserts = (
  ledger: Ledger,
  partition: string,
  call: (event: object) => Promise<unknown>,
  outside: Pick<Outside, 'clock' | 'log'> & { readonly region: string },
): StreamedLedger => {
  const waiting: object[] = [];
  let sequence = 0;
  let isCalling = false;
  let isStopped = false;

  const callAll = async (): Promise<void> => {
    while (waiting.length > 0 && !isStopped) {
      try {
        await call({ Records: waiting.splice(0, mostAtOnce) });
      } catch (thrown) {
        const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
        // What is stopped in the middle fails of that.
        if (!isStopped) outside.log.error('what the ledger streams was not taken', { error: name, because: message });
      }
    }
    isCalling = false;
  };

  const tell = (changes: readonly (Write | Delete)[]): void => {
    for (const change of changes) {
      if (change.partition !== partition || change.expect !== 'absent') continue;
      sequence += 1;
      waiting.push(recordOf(change, sequence, outside.clock.now(), outside.region));
    }
    if (waiting.length === 0 || isCalling || isStopped) return;
    isCalling = true;
    outside.clock.after(0, () => void callAll());
  };

  return {
    ledger: {
      get: (key) => ledger.get(key),
      query: (queried, range) => ledger.query(queried, range),
      remove: (key) => ledger.remove(key),
      put: async (write) => {
        const row = await ledger.put(write);
        if (row !== undefined) tell([write]);
        return row;
      },
      transact: async (changes) => {
        const held = await ledger.transact(changes);
        if (held) tell(changes);
        return held;
      },
    },
    stop: () => {
      isStopped = true;
    },
  };
};

/** A record of DynamoDB Streams of the view KEYS_ONLY, as Lambda hands it over (Lambda developer guide, "Process DynamoDB records"). */
const recordOf = ({ partition, sort }: Key, sequence: number, now: number, awsRegion: string): object => {
  const SequenceNumber = String(sequence).padStart(21, '0');
  return {
    eventID: SequenceNumber,
    eventName: 'INSERT',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(now / 1000),
      Keys: { PK: { S: partition }, SK: { S: sort } },
      SequenceNumber,
      SizeBytes: Buffer.byteLength(`PK${partition}SK${sort}`),
      StreamViewType: 'KEYS_ONLY',
    },
    eventSourceARN: `arn:aws:dynamodb:${awsRegion}:000000000000:table/ledger/stream/1970-01-01T00:00:00.000`,
  };
};
