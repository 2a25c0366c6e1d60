import type { ScalarTag, Tags } from 'yaml';

/**
 * How kubectl (sigs.k8s.io/yaml 1.6 over go-yaml 2.4) reads a plain scalar, where YAML 1.1 as the package knows it differs: no
 * base 60 (`12:30:45` is text), no timestamps (text), octal also as `0o755`, a number with digits no octal has (`089`) is decimal,
 * `1e3` is a number. What it reads alike stays: `yes`, `no`, `on`, `off`, `y`, `n` are booleans. Tags that give no JSON
 * (`!!binary`, `!!omap`, `!!pairs`, `!!set`) are unknown here, and so refused.
 */
export const kubernetesScalars = (known: Tags): Tags => [
  ...known.filter((tag) => typeof tag === 'string' || !replaced.has(tag.tag)),
  integer,
  float,
];

const replaced: ReadonlySet<string> = new Set(
  ['int', 'float', 'timestamp', 'binary', 'omap', 'pairs', 'set'].map((name) => `tag:yaml.org,2002:${name}`),
);

const integer: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?(?:0[bB]_*[01][01_]*|0[xX]_*[\da-fA-F][\da-fA-F_]*|0(?:[oO][0-7_])?[0-7_]*|[1-9][\d_]*)$/,
  resolve: (text) => {
    const digits = text.replaceAll('_', '').replace(/^[-+]/, '');
    const magnitude = Number(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits);
    return text.startsWith('-') && magnitude !== 0 ? -magnitude : magnitude;
  },
};

const float: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  test: /^[-+]?(?:\.\d[\d_]*|\d[\d_]*(?:\.[\d_]*)?)(?:[eE][-+]?\d+)?$|^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/,
  resolve: (text) => {
    if (/nan$/i.test(text)) return Number.NaN;
    if (/inf$/i.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    return Number(text.replaceAll('_', ''));
  },
};
