import { DescribeAlarmsCommand, type MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { printable } from '../stores/ask-store.ts';
import { type CloudWatchSource, cloudwatchFailure, openCloudWatch } from '../stores/cloudwatch.ts';
import type { StoreOutside } from '../stores/reading.ts';
import type { StoreTools } from '../stores/store-tools.ts';
import type { AlertsRead, AlertsUnread, Labels } from './alerts-read.ts';

/** 100 alarms a page. */
const MOST_PAGES = 50;

/** As much of a metric or composite alarm as is looked at. */
type Alarm = Pick<MetricAlarm, 'AlarmName' | 'StateValue' | 'StateReason' | 'Namespace' | 'MetricName' | 'Dimensions'>;

/**
 * The alarms of CloudWatch (DescribeAlarms, metric and composite). Labels: `AlarmName`, `AlarmNamePrefix`, `Namespace`, `MetricName`, any
 * other is a dimension of the alarm's metric. `INSUFFICIENT_DATA` leaves it unknown, and so does an account without such an alarm.
 */
export const readCloudWatchAlarms = async (
  source: CloudWatchSource,
  wanted: Labels,
  outside: StoreOutside,
  tools: Pick<StoreTools, 'awsIdentity'>,
  signal: AbortSignal,
): Promise<AlertsRead | AlertsUnread> => {
  const late = new AbortController();
  const cancel = outside.clock.after(30_000, () => late.abort(new Error('no whole answer within 30 s')));
  try {
    const client = await openCloudWatch(source, outside, tools, signal);
    const { AlarmName, AlarmNamePrefix } = wanted;
    const alarms: Alarm[] = [];
    let NextToken: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const answer = await client.send(
        new DescribeAlarmsCommand({
          AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
          MaxRecords: 100,
          ...(AlarmName === undefined ? {} : { AlarmNames: [AlarmName] }),
          ...(AlarmName !== undefined || AlarmNamePrefix === undefined ? {} : { AlarmNamePrefix }),
          ...(NextToken === undefined ? {} : { NextToken }),
        }),
        { abortSignal: AbortSignal.any([signal, late.signal]) },
      );
      alarms.push(...(answer.MetricAlarms ?? []), ...(answer.CompositeAlarms ?? []));
      NextToken = answer.NextToken;
      if (NextToken === undefined) return assessAlarms(alarms.filter((alarm) => isMeant(alarm, wanted)));
    }
    return { failed: `the answer has more than ${MOST_PAGES} pages; narrow it by AlarmNamePrefix` };
  } catch (error) {
    signal.throwIfAborted();
    return { failed: cloudwatchFailure(late.signal.aborted ? late.signal.reason : error) };
  } finally {
    cancel();
  }
};

const isMeant = (alarm: Alarm, wanted: Labels): boolean =>
  Object.entries(wanted).every(([name, value]) => {
    if (name === 'AlarmName' || name === 'Namespace' || name === 'MetricName') return alarm[name] === value;
    if (name === 'AlarmNamePrefix') return alarm.AlarmName?.startsWith(value) === true;
    return (alarm.Dimensions ?? []).some((dimension) => dimension.Name === name && dimension.Value === value);
  });

const assessAlarms = (alarms: readonly Alarm[]): AlertsRead => {
  const said = ({ AlarmName = '?', StateReason }: Alarm): string =>
    printable(`alarm ${AlarmName}${StateReason ? ` (${StateReason})` : ''}`);
  return {
    firing: alarms.filter(({ StateValue }) => StateValue === 'ALARM').map(said),
    unknown: alarms
      .filter(({ StateValue }) => StateValue !== 'ALARM' && StateValue !== 'OK')
      .map((alarm) => `${said(alarm)} is ${alarm.StateValue ?? 'in no state'}`),
    watching: alarms.length,
  };
};
