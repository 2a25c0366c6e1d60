import { brief, type Found } from './check.ts';

/** What Lambda says of a stream of DynamoDB that calls a function. */
export interface StreamState {
  /** Of its event source mapping. */
  readonly id: string;
  /** `Enabled`, `Disabled`, or on the way to one of them. */
  readonly state: string;
  /** How the last call went; `PROBLEM: …` where it failed. */
  readonly result?: string;
}

const meanwhile = 'people are told up to a minute late, by watchProbers';
const running = ['Enabled', 'Enabling', 'Creating', 'Updating'];

/** Whether the stream of the ledger calls what tells people. Without that they are told all the same, by the sweep of each minute. Pure. */
export const assessStream = (streams: readonly StreamState[]): Found => {
  const deploy = 'deploy again with serverless.yml, which makes it';
  const [first] = streams;
  if (first === undefined)
    return { status: 'warning', found: `no stream calls sendNotices: ${meanwhile}`, next: deploy };
  const on = streams.find(({ state }) => running.includes(state));
  if (on === undefined)
    return {
      status: 'warning',
      found: `the stream that calls sendNotices is switched off (${first.state}): ${meanwhile}`,
      next: `enable it (aws lambda update-event-source-mapping --uuid ${first.id} --enabled), or ${deploy}`,
    };
  if (on.result?.startsWith('PROBLEM'))
    return {
      status: 'warning',
      found: `the stream calls sendNotices, and the last call failed (${brief(on.result)}): ${meanwhile}`,
      next: 'look at the log of sendNotices, and into the queue FailedEvents (docs/operate.md)',
    };
  return { status: 'ok', found: 'sendNotices is called with what people are told' };
};
