/** A measured family: all are gauges, of a moment or over a window that its help text names. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly unit?: 'seconds' | 'ratio';
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The formats, by their content type. */
export const formats = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openMetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
} as const;

/** Which format a scraper asks for: OpenMetrics only where it names it, without weighing preferences. */
export const formatFor = (accept: string | null): keyof typeof formats =>
  accept?.includes('application/openmetrics-text') ? 'openMetrics' : 'prometheus';

/**
 * The families as text, in the order given, each without samples left out. As the Prometheus text format 0.0.4 or OpenMetrics 1.0
 * (prometheus.io/docs/specs/om/open_metrics_spec): of gauges they differ in UNIT, in how help is escaped and in the last line.
 */
export const exposition = (families: readonly Family[], format: keyof typeof formats): string => {
  const open = format === 'openMetrics';
  const lines = families
    .filter(({ samples }) => samples.length > 0)
    .flatMap(({ name, help, unit, samples }) => [
      `# TYPE ${name} gauge`,
      ...(open && unit !== undefined ? [`# UNIT ${name} ${unit}`] : []),
      `# HELP ${name} ${open ? escapeLabel(help) : escapeHelp(help)}`,
      ...samples.map(({ labels, value }) => `${name}${labelsOf(labels)} ${numberOf(value)}`),
    ]);
  return [...lines, ...(open ? ['# EOF'] : []), ''].join('\n');
};

const labelsOf = (labels: Readonly<Record<string, string>>): string => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
};

const escapeHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
const escapeLabel = (text: string): string => escapeHelp(text).replaceAll('"', '\\"');

const numberOf = (value: number): string => {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return String(value);
};
