import {
  DescribeRuleCommand,
  EventBridgeClient,
  ListRuleNamesByTargetCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-eventbridge';
import { awsClientSettings } from '../outside/aws-client-settings.ts';
import type { Outside } from '../outside/outside.ts';
import type { RuleState, WantedRule } from './assess-rules.ts';

/** Where functions and their bus are found by name. */
export interface Stack {
  /** `arn:aws:lambda:REGION:ACCOUNT:function:PREFIX`; a function's name comes behind it. */
  readonly functions: string;
}

/** What EventBridge says of the rules that call these functions (ListRuleNamesByTarget, DescribeRule). Reads only. */
export const readRules = async (
  wanted: readonly WantedRule[],
  { functions }: Stack,
  { http, identity, settings }: Pick<Outside, 'http' | 'identity' | 'settings'>,
  signal: AbortSignal,
): Promise<readonly RuleState[]> => {
  const client = new EventBridgeClient(awsClientSettings(http, identity, settings.region));
  const options = { abortSignal: signal };
  const rulesOf = async ({ function: name, bus }: WantedRule): Promise<readonly RuleState[]> => {
    const found: RuleState[] = [];
    const on = bus === undefined ? {} : { EventBusName: bus };
    const list = new ListRuleNamesByTargetCommand({ TargetArn: `${functions}${name}`, ...on });
    const { RuleNames = [] } = await client.send(list, options).catch(emptyIfMissing);
    for (const rule of RuleNames) {
      const { State, ScheduleExpression } = await client.send(new DescribeRuleCommand({ Name: rule, ...on }), options);
      found.push({
        function: name,
        rule,
        isEnabled: State !== 'DISABLED',
        ...(bus === undefined ? {} : { bus }),
        ...(ScheduleExpression ? { schedule: ScheduleExpression } : {}),
      });
    }
    return found;
  };
  return (await Promise.all(wanted.map(rulesOf))).flat();
};

/** No bus of that name: then no rule is on it. */
const emptyIfMissing = (error: unknown): { readonly RuleNames?: string[] } => {
  if (error instanceof ResourceNotFoundException) return {};
  throw error;
};
