/**
 * What YAML 1.1 and YAML 1.2 make of a plain scalar, where they differ; `undefined` where they agree. Kubernetes' own tools read
 * 1.1, most editors and libraries 1.2 (yaml.org/type/bool.html, int.html; YAML 1.2.2 section 10.3).
 */
export const readingsOf = (written: string): string | undefined => {
  if (/^(y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF)$/.test(written)) {
    return `${/^(y|on)/i.test(written) ? 'true' : 'false'} in YAML 1.1, text in YAML 1.2`;
  }
  if (/^[-+]?0[0-7]+$/.test(written)) {
    return `${Number.parseInt(written, 8)} in YAML 1.1, ${Number.parseInt(written, 10)} in YAML 1.2`;
  }
  if (/^0o[0-7]+$/.test(written)) return `text in YAML 1.1, ${Number(written)} in YAML 1.2`;
  if (/^[-+]?0b[01_]+$/.test(written)) return `a binary number in YAML 1.1, text in YAML 1.2`;
  if (/^[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$/.test(written)) {
    return `${sexagesimal(written)} in YAML 1.1, text in YAML 1.2`;
  }
  if (/^[-+]?([0-9][0-9_]*_[0-9_]*(\.[0-9_]*)?|[0-9][0-9_]*\.[0-9]*_[0-9_]*)$/.test(written)) {
    return `${Number(written.replaceAll('_', ''))} in YAML 1.1, text in YAML 1.2`;
  }
  return undefined;
};

/** `12:30:45` in base 60, as YAML 1.1 has it. */
const sexagesimal = (written: string): number => {
  const [sign, digits] = written.startsWith('-') ? [-1, written.slice(1)] : [1, written.replace(/^\+/, '')];
  return sign * digits.split(':').reduce((sum, part) => sum * 60 + Number(part.replaceAll('_', '')), 0);
};
