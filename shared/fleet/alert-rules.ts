import type { AlertRule } from '../rollout/alerts.ts';
import type { AlertRuleEntry } from './config.ts';

/** What the config says that alerts are about; nothing where it says nothing. */
export const toAlertRules = (entries: readonly AlertRuleEntry[]): { readonly alerts?: readonly AlertRule[] } =>
  entries.length === 0 ? {} : { alerts: entries };
