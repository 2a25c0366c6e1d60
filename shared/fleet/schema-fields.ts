import { z } from 'zod';
import { WORKLOAD_REFERENCE } from '../rollout/workload-reference.ts';
import { DURATION, RATE, ratePerSecond } from './duration.ts';
import type { RuleName } from './rules.ts';

/** A check's message is the name of its rule; `explain-issues.ts` turns it into a sentence. */
const rule = (name: RuleName): RuleName => name;

const PLACEHOLDER = /\{[^{}]*\}/g;

const isUrl = (text: string, base: boolean, schemes = /^https?:$/): boolean => {
  const url = URL.parse(text.replace(PLACEHOLDER, 'x'));
  if (url === null || !schemes.test(url.protocol)) return false;
  if (url.username !== '' || url.password !== '' || url.hash !== '') return false;
  return !base || url.search === '';
};

const isHostPort = (text: string): boolean => {
  const [, port] = /^(?:\[[0-9a-fA-F:.]+\]|[^\s:/@?#[\]]+):([0-9]{1,5})$/.exec(text.replace(PLACEHOLDER, 'x')) ?? [];
  return port !== undefined && Number(port) >= 1 && Number(port) <= 65_535;
};

const isCidr = (text: string): boolean => z.union([z.cidrv4(), z.cidrv6()]).safeParse(text).success;

export const text = z.string(rule('text')).min(1, rule('text'));

export const name = z.string(rule('name')).regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, rule('name'));

/**
 * A wave's executions are named `<rollout>-<wave>-forward`, and a rollout's name has up to 35 characters (`ro-`, 20 digits, a retry, a target
 * that follows): 36 is what AWS's 80 leave.
 */
export const MOST_OF_WAVE_NAME = 36;

export const waveName = name.max(MOST_OF_WAVE_NAME, rule('waveName'));

export const workload = z.string(rule('workload')).regex(WORKLOAD_REFERENCE, rule('workload'));

export const duration = z
  .string(rule('duration'))
  .regex(DURATION, rule('duration'))
  .meta({ examples: ['500ms', '5s', '5m', '5h', '2d'] });

export const rate = z
  .string(rule('rate'))
  .regex(RATE, { error: rule('rate'), abort: true })
  .refine((value) => ratePerSecond(value) > 0 && ratePerSecond(value) <= 100, rule('rate'))
  .meta({ examples: ['5/s', '30/m'] });

export const image = z
  .string(rule('image'))
  .regex(
    /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*@sha256:[0-9a-f]{64}$/,
    rule('image'),
  );

export const repositoryPath = z
  .string(rule('repositoryPath'))
  .regex(/^(?!\/)(?!.*\\)(?!(.*\/)?\.\.?(\/|$))[^\0]+$/, rule('repositoryPath'));

export const awsAccount = z.string(rule('account')).regex(/^[0-9]{12}$/, rule('account'));

export const probeUrl = z.string(rule('url')).refine((value) => isUrl(value, false), rule('url'));

export const webSocketUrl = z
  .string(rule('webSocketUrl'))
  .refine((value) => isUrl(value, false, /^wss?:$/), rule('webSocketUrl'));

export const baseUrl = z.string(rule('baseUrl')).refine((value) => isUrl(value, true), rule('baseUrl'));

export const hostPort = z.string(rule('hostPort')).refine(isHostPort, rule('hostPort'));

export const allow = z
  .array(z.string(rule('cidr')).refine(isCidr, rule('cidr')))
  .default([])
  .describe('Private address ranges (CIDR) that may be connected to. Without one, only public addresses are.');

export const secretName = z
  .string(rule('secret'))
  .regex(/^(?!.*\.\.)[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$/, rule('secret'));

/** An address, and maybe a port: who answers for names can not itself be found by name. */
export const nameServer = z
  .string(rule('nameServer'))
  .refine(
    (value) =>
      z.union([z.ipv4(), z.ipv6()]).safeParse(value).success ||
      (isHostPort(value) &&
        z.union([z.ipv4(), z.ipv6()]).safeParse(value.slice(0, value.lastIndexOf(':')).replace(/^\[|\]$/g, ''))
          .success),
    rule('nameServer'),
  );

/** Whether text is a regular expression of JavaScript with flag `v`. */
export const isPattern = (text: string): boolean => {
  try {
    return new RegExp(text, 'v').source !== '';
  } catch {
    return false;
  }
};

export const kindName = z
  .string(rule('kindName'))
  .regex(/^[A-Z][A-Za-z0-9]{0,62}(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/, rule('kindName'));

export const count = z.int(rule('count')).min(0, rule('count'));

export const countFromOne = z.int(rule('countFromOne')).min(1, rule('countFromOne'));

export const labels = z.record(
  z.string(rule('labelName')).regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$/, rule('labelName')),
  text,
);

export const labelSelector = labels.describe(
  'Labels that must all be equal. `name`, `provider` and `region` can be asked for like labels; {} is every target.',
);
