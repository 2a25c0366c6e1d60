/** What a source of alerts says of those that a gate asks about. */
export interface AlertsRead {
  /** Those that fire, by name and with what tells them apart. */
  readonly firing: readonly string[];
  /** Why it is not known of some whether they would fire. */
  readonly unknown: readonly string[];
  /** Rules, checks or alarms that could have fired. None: nothing watches. */
  readonly watching: number;
  /** Said of what was found: alerts that were left out, and why. */
  readonly note?: string;
}

/** No answer, or none that could be understood. */
export interface AlertsUnread {
  readonly failed: string;
}

export type Labels = Readonly<Record<string, string>>;

/** Whether all wanted labels are there and equal. */
export const hasLabels = (labels: Labels, wanted: Labels): boolean =>
  Object.entries(wanted).every(([name, value]) => Object.hasOwn(labels, name) && labels[name] === value);

/** Labels as a selector writes them. */
export const labelsText = (labels: Labels): string =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ')}}`;
