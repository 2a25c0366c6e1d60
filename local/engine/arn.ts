/** Where an ARN of Step Functions belongs. */
export interface Place {
  readonly region: string;
  readonly account: string;
}

/** Region and account of an ARN. */
export const placeOf = (arn: string): Place => {
  const [, , , region = '', account = ''] = arn.split(':');
  return { region, account };
};

/** The machine of an ARN that may name a version or an alias of it, and which: `1` or `PROD`. */
export const unqualified = (arn: string): { readonly machineArn: string; readonly qualifier?: string } => {
  const parts = arn.split(':');
  const qualifier = parts[7];
  return { machineArn: parts.slice(0, 7).join(':'), ...(qualifier !== undefined && { qualifier }) };
};

/** The label of a distributed Map state in an ARN of the form `...:stateMachine:name/label`. */
export const labelOf = (machineArn: string): string | undefined => machineArn.split(':')[6]?.split('/')[1];

/** The machine's ARN without the label of a distributed Map state in it. */
export const unlabeled = (machineArn: string): string => machineArn.split('/')[0] ?? machineArn;

/** The name of a machine by its ARN, with or without a qualifier. */
export const machineNameOf = (arn: string): string => arn.split(':')[6]?.split('/')[0] ?? arn;

/** The ARN of the execution of a machine with this name. */
export const executionArnOf = (machineArn: string, name: string): string => {
  const { region, account } = placeOf(machineArn);
  return `arn:aws:states:${region}:${account}:execution:${machineNameOf(machineArn)}:${name}`;
};

/** Whether the execution is one of an EXPRESS machine. */
export const isExpress = (executionArn: string): boolean => executionArn.split(':')[5] === 'express';
