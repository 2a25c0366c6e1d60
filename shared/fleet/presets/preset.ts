/** What is watched of one kind of software, each gate with its threshold. */
export interface Preset {
  /** What exposes the metrics that it asks for. */
  readonly exporter: string;
  /** Names of gates; in a config each stands behind the preset's name, as `nginx-dropped`. */
  readonly gates: Readonly<Record<string, PresetGate>>;
}

/**
 * One gate of a preset. In PromQL `$where` stands for the label matchers of the config and `$window` for its window. Where Telegraf
 * writes no measurement that shows the same, a store of InfluxDB has no such gate.
 */
export interface PresetGate {
  /** One sentence: what is wrong when it fails. */
  readonly says: string;
  /** It shows trouble before users notice: a queue that grows, a disk that slows down, a limit that comes near. */
  readonly leading?: true;
  readonly promql: { readonly query: string } | { readonly errors: string; readonly requests: string };
  readonly limits: PresetLimits;
  readonly telegraf?: TelegrafGate;
}

/** Telegraf's series for a gate, and its limits where they differ. */
export type TelegrafGate = (
  | { readonly value: TelegrafSeries }
  | { readonly errors: TelegrafSeries; readonly requests: TelegrafSeries }
) & { readonly limits?: PresetLimits };

export interface PresetLimits {
  readonly failAbove?: number;
  readonly failBelow?: number;
  readonly minRequests?: number;
}

/** A field of a measurement as Telegraf writes it, and how one value is made of its series. */
export interface TelegrafSeries {
  readonly measurement: string;
  readonly field: string;
  /** `max`, `min`: the worst of what each series is now. `growth`: what all of them grew by in the window. */
  readonly as: 'max' | 'min' | 'growth';
  /** With `growth`: less what this field grew by. */
  readonly less?: string;
  /** Tags and the regular expressions that they must match whole. */
  readonly tags?: Readonly<Record<string, string>>;
}
