import { z } from 'zod';
import { explainIssues } from '../../shared/fleet/explain-issues.ts';
import type { JsonSchema } from '../../shared/fleet/json-schema.ts';
import type { EvaluateJsonnet } from '../../shared/fleet/jsonnet-document.ts';
import type { Problem } from '../../shared/fleet/problem.ts';
import { placeFindings, readDocument } from '../../shared/fleet/read-document.ts';
import { type Scenario, scenarioSchema } from './scenario-schema.ts';

export type ReadScenario =
  | { readonly ok: true; readonly scenario: Scenario }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** The JSON Schema of scenario files (draft 7), for editors. */
export const scenarioJsonSchema = (): JsonSchema =>
  z.toJSONSchema(scenarioSchema, { io: 'input', target: 'draft-7' }) as JsonSchema;

/** Reads a scenario file, in the formats of the config, with every mistake at its line. `text` is that of the file at `path`. Never throws for what is in it. */
export const readScenario = async (text: string, path: string, evaluate: EvaluateJsonnet): Promise<ReadScenario> => {
  const files = new Map([[path, new TextEncoder().encode(text)]]);
  const document = await readDocument(text, files, path, evaluate);
  if (document.value === undefined || document.findings.length > 0)
    return { ok: false, problems: placeFindings(document.findings, path, document) };
  const parsed = scenarioSchema.safeParse(document.value ?? {});
  if (parsed.success) return { ok: true, scenario: parsed.data };
  const findings = explainIssues(document.value ?? {}, parsed.error.issues, scenarioJsonSchema());
  return { ok: false, problems: placeFindings(findings, path, document) };
};
