import { readBlob } from 'isomorphic-git';
import { commitNamed, type Repository } from './repository.ts';

/** One run of a workflow, as it is stored beside the repository, `runs/<id>.json`. Times are epoch milliseconds. */
export interface WorkflowRunRow {
  readonly id: number;
  /** The workflow's file. */
  readonly workflow: string;
  readonly title: string;
  readonly ref: string;
  readonly commit: string;
  readonly createdAt: number;
  readonly endsAt: number;
  readonly conclusion: string;
}

const folderOf = ({ gitdir }: Repository): string => `${gitdir}/runs`;

/** All of them, oldest first. */
export const workflowRuns = async (repository: Repository): Promise<readonly WorkflowRunRow[]> => {
  const { promises } = repository.fs;
  await promises.mkdir(folderOf(repository), { recursive: true });
  const names: readonly string[] = await promises.readdir(folderOf(repository));
  const ids = names.flatMap((name) => /^([1-9][0-9]*)\.json$/.exec(name)?.[1] ?? []).map(Number);
  const found: WorkflowRunRow[] = [];
  for (const id of ids.sort((a, b) => a - b)) {
    found.push(JSON.parse(await promises.readFile(`${folderOf(repository)}/${id}.json`, 'utf8')));
  }
  return found;
};

export const saveWorkflowRun = async (repository: Repository, run: WorkflowRunRow): Promise<void> => {
  const { promises } = repository.fs;
  await promises.mkdir(folderOf(repository), { recursive: true });
  await promises.writeFile(`${folderOf(repository)}/${run.id}.json`, `${JSON.stringify(run, null, 2)}\n`);
};

/** A workflow as its file has it at a ref; `undefined` where there is none. */
export const readWorkflow = async (
  repository: Repository,
  ref: string,
  workflow: string,
): Promise<{ readonly commit: string; readonly text: string } | undefined> => {
  const commit = await commitNamed(repository, ref);
  if (commit === undefined) return undefined;
  try {
    const { blob } = await readBlob({ ...repository, oid: commit, filepath: `.github/workflows/${workflow}` });
    return { commit, text: Buffer.from(blob).toString('utf8') };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'NotFoundError') return undefined;
    throw error;
  }
};

/**
 * Nothing is run here: how a run ends says a comment of the workflow, `# simulated: failure after 30s`; without one it succeeds after 20 s.
 */
export const endOfRun = (text: string): { readonly conclusion: string; readonly afterMs: number } => {
  const [, conclusion = 'success', seconds = '20'] = /^#\s*simulated:\s*(\w+)\s+after\s+(\d+)s\s*$/m.exec(text) ?? [];
  return { conclusion, afterMs: Number(seconds) * 1000 };
};

/** The run's title: `run-name` with its inputs filled in, or the workflow's name or file. */
export const titleOf = (text: string, workflow: string, inputs: Readonly<Record<string, string>>): string => {
  const named = /^run-name:\s*(.+)$/m.exec(text)?.[1] ?? /^name:\s*(.+)$/m.exec(text)?.[1] ?? workflow;
  return named.trim().replaceAll(/\$\{\{\s*inputs\.([\w-]+)\s*\}\}/g, (_, input: string) => inputs[input] ?? '');
};
